#include "core/run/shards.hpp"

#include "core/base/check.hpp"

namespace belay::run {

Shards::Shards(unsigned count, const world::Clock& clock, unsigned first_index) {
    check(count > 0, "there is at least one shard");
    for (unsigned index = 0; index < count; ++index) {
        shards_.push_back(std::make_unique<Shard>(first_index + index, clock));
    }
}

Shards::~Shards() {
    stop();
}

void Shards::start() {
    check(threads_.empty(), "shards are started once");
    for (const std::unique_ptr<Shard>& shard : shards_) {
        threads_.emplace_back([&shard] { shard->run(); });
    }
}

void Shards::on_each(const std::function<void(Shard&)>& action) {
    on_each_until_done([&action](Shard& shard, const std::function<void()>& done) {
        action(shard);
        done();
    });
}

void Shards::on_each_until_done(const std::function<void(Shard&, std::function<void()>)>& begin) {
    // Shared: the last to count down may still be inside the latch when this thread wakes.
    const auto done = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(shards_.size()));
    for (const std::unique_ptr<Shard>& shard : shards_) {
        shard->post(
            [&begin, shard = shard.get(), done] { begin(*shard, [done] { done->count_down(); }); });
    }
    done->wait();
}

void Shards::stop() {
    for (const std::unique_ptr<Shard>& shard : shards_) {
        shard->stop();
    }
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

}  // namespace belay::run
