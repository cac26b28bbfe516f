#include "bench/idempotency/work.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <ctime>
#include <latch>
#include <numeric>
#include <thread>

#include "core/base/check.hpp"

namespace belay::bench::idempotency {
namespace {

constexpr double zipf_exponent = 0.99;
constexpr std::size_t draws = 1 << 20;
constexpr std::uint64_t spread_factor = 0x9e37'79b1;  ///< odd: a permutation of the numbers

class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ += 0x9e37'79b9'7f4a'7c15;
        std::uint64_t x = state_;
        x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9;
        x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11eb;
        return x ^ (x >> 31);
    }
    /// From 0 to below 1.
    double share() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

  private:
    std::uint64_t state_;
};

}  // namespace

std::string_view name_of(Distribution distribution) noexcept {
    constexpr std::array<std::string_view, 3> names{"hot", "zipf", "uniform"};
    return names[static_cast<std::size_t>(distribution)];
}

std::string_view name_of(Mix mix) noexcept {
    constexpr std::array<std::string_view, 3> names{"insert", "hit", "mismatch"};
    return names[static_cast<std::size_t>(mix)];
}

Numbers::Numbers(std::size_t keys) : keys_(keys), zipf_(draws), uniform_(draws) {
    check(std::has_single_bit(keys), "the number of keys is a power of two");
    std::vector<double> up_to(keys);
    double sum = 0;
    for (std::size_t rank = 0; rank < keys; ++rank) {
        sum += std::pow(static_cast<double>(rank + 1), -zipf_exponent);
        up_to[rank] = sum;
    }
    Random random(20'261'123);
    for (std::size_t at = 0; at < draws; ++at) {
        const auto found = std::lower_bound(up_to.begin(), up_to.end(), random.share() * sum);
        const auto rank = static_cast<std::size_t>(found - up_to.begin());
        zipf_[at] = static_cast<std::uint32_t>(std::min(rank, keys - 1));
        uniform_[at] = static_cast<std::uint32_t>(random.next() & (keys - 1));
    }
}

std::uint64_t Numbers::draw(Distribution distribution, std::uint64_t at) const noexcept {
    switch (distribution) {
        case Distribution::hot:
            return 0;
        case Distribution::zipf:
            return zipf_[at & (draws - 1)];
        case Distribution::uniform:
            return uniform_[at & (draws - 1)];
    }
    return 0;
}

std::uint64_t Numbers::spread(std::uint64_t at) const noexcept {
    return at * spread_factor & (keys_ - 1);
}

void Tally::add(const Tally& other) noexcept {
    for (std::size_t at = 0; at < counts_.size(); ++at) {
        counts_[at] += other.counts_[at];
    }
}

std::uint64_t Tally::total() const noexcept {
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::int64_t nanoseconds() {
    timespec time{};
    check(::clock_gettime(CLOCK_MONOTONIC, &time) == 0, "the clock can be read");
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Worker::Worker(const Task& task, std::size_t index)
    : task_(task), index_(index), lane_(task.table->lane()) {
    for (Request& request : requests_) {
        prepare(request);
        if (task_.same_request) {
            const std::uint64_t number = task_.number_of(index_, 0);
            aim(request, number, number + (task_.other_content ? 1 : 0));
        }
    }
}

void Worker::step() {
    if (!task_.same_request) {
        for (Request& request : requests_) {
            const std::uint64_t number = task_.number_of(index_, at_++);
            aim(request, number, number + (task_.other_content ? 1 : 0));
        }
    }
    if (task_.times) {
        claim_timed();
    } else {
        lane_->claim(requests_, outcomes_);
    }
    for (const Outcome outcome : outcomes_) {
        tally_.add(outcome);
    }
}

void Worker::claim_timed() {
    const std::size_t turn = task_.table->turn();
    for (std::size_t at = 0; at < block; at += turn) {
        const std::int64_t begin = nanoseconds();
        lane_->claim(std::span(requests_).subspan(at, turn),
                     std::span(outcomes_).subspan(at, turn));
        const std::chrono::nanoseconds took(nanoseconds() - begin);
        for (std::size_t each = 0; each < turn; ++each) {
            latency_.record(took);
        }
    }
}

Result run(const Task& task) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (std::size_t index = 0; index < task.threads; ++index) {
        workers.push_back(std::make_unique<Worker>(task, index));
    }
    std::latch ready(static_cast<std::ptrdiff_t>(task.threads) + 1);
    // Relaxed, here and below: it ends the loops and orders nothing; the joins do.
    std::atomic<bool> over{false};
    std::vector<std::thread> threads;
    for (const auto& worker : workers) {
        threads.emplace_back([&, mine = worker.get()] {
            ready.arrive_and_wait();
            while (task.requests_each == 0 ? !over.load(std::memory_order_relaxed)
                                           : mine->tally().total() < task.requests_each) {
                mine->step();
            }
        });
    }
    ready.arrive_and_wait();
    const std::int64_t begin = nanoseconds();
    if (task.requests_each == 0) {
        std::this_thread::sleep_for(std::chrono::duration<double>(task.seconds));
        over.store(true, std::memory_order_relaxed);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    Result result;
    result.seconds = static_cast<double>(nanoseconds() - begin) * 1e-9;
    for (const auto& worker : workers) {
        result.tally.add(worker->tally());
        result.latency.add(worker->latency());
    }
    return result;
}

}  // namespace belay::bench::idempotency
