#include "http/drive/midaz/sleeper.hpp"

namespace belay::midaz {

run::task<> Sleeper::sleep(world::MonotonicTime until) {
    if (awake_ || until <= shard_.now()) {
        co_return;
    }
    run::Event due(shard_);
    waiting_.emplace(until, &due);
    if (!tick_.armed()) {
        shard_.arm(tick_, ticks_);
    }
    co_await due.wait();
}

void Sleeper::wake_all() noexcept {
    awake_ = true;
    for (const auto& [until, due] : waiting_) {
        due->set();
    }
    waiting_.clear();
}

void Sleeper::wake_due() {
    while (!waiting_.empty() && waiting_.begin()->first <= shard_.now()) {
        waiting_.begin()->second->set();
        waiting_.erase(waiting_.begin());
    }
    if (!waiting_.empty()) {
        shard_.arm(tick_, ticks_);
    }
}

}  // namespace belay::midaz
