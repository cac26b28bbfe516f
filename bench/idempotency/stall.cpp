#include "bench/idempotency/stall.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

#include <pthread.h>

#include "core/base/check.hpp"

namespace belay::bench::idempotency {
namespace {

using std::chrono::microseconds;

constexpr microseconds watched(8'000);  ///< before a stop, and at its end
constexpr microseconds settling(4'000);
constexpr std::uint64_t random_delay_max = 2'000;  ///< microseconds
/// Who has done nothing for so long, though every other thread of the machine had its turn, waits
/// for the victim.
constexpr microseconds patience(100'000);

// What a signal handler may touch: lock-free atomics.
std::atomic<bool> hold{false};
std::atomic<bool> held{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void stop_here(int) {
    // Release and acquire with the main thread: all that the victim did comes before its stop.
    held.store(true, std::memory_order_release);
    while (hold.load(std::memory_order_acquire)) {
        const timespec pause{0, 100'000};
        ::nanosleep(&pause, nullptr);
    }
    held.store(false, std::memory_order_release);
}

/// Sets `stop_here` for SIGUSR1 as long as it lives.
class Handler {
  public:
    Handler() {
        struct sigaction action{};
        action.sa_handler = &stop_here;
        action.sa_flags = SA_RESTART;
        check(::sigaction(SIGUSR1, &action, &before_) == 0, "a signal's handler can be set");
    }
    ~Handler() { ::sigaction(SIGUSR1, &before_, nullptr); }
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;

  private:
    struct sigaction before_{};
};

/// One of the others, and what it shows while it works. Relaxed throughout: figures.
struct alignas(64) Other {
    std::atomic<std::uint64_t> blocks{0};
    std::atomic<std::uint64_t> served{0};
    std::atomic<std::int64_t> longest{0};
};

class Arena {
  public:
    explicit Arena(const Task& task) : others_(task.threads) {
        for (std::size_t index = 0; index <= task.threads; ++index) {
            workers_.push_back(std::make_unique<Worker>(task, index));
        }
        for (std::size_t index = 0; index < task.threads; ++index) {
            threads_.emplace_back([this, index] { work(*workers_[index], others_[index]); });
        }
        threads_.emplace_back([this] {
            while (!over_.load(std::memory_order_relaxed)) {
                workers_.back()->step();
            }
        });
    }

    void measure_stop(std::uint64_t delay, Stalls& stalls) {
        std::this_thread::sleep_for(microseconds(delay));
        const double free_rate = rate_of_others();
        hold.store(true, std::memory_order_release);
        check(::pthread_kill(threads_.back().native_handle(), SIGUSR1) == 0, "a thread is told");
        while (!held.load(std::memory_order_acquire)) {
            std::this_thread::yield();
        }
        std::this_thread::sleep_for(settling);
        const double stalled_rate = rate_of_others();
        const std::size_t stuck = stuck_others();
        hold.store(false, std::memory_order_release);
        while (held.load(std::memory_order_acquire)) {
            std::this_thread::yield();
        }
        ++stalls.stops;
        stalls.stuck_one += stuck != 0 ? 1 : 0;
        stalls.stuck_all += stuck == others_.size() ? 1 : 0;
        stalls.stalled_rate += stalled_rate;
        stalls.free_rate += free_rate;
    }

    void end(Stalls& stalls) {
        over_.store(true, std::memory_order_relaxed);
        for (std::thread& thread : threads_) {
            thread.join();
        }
        const auto stops = static_cast<double>(stalls.stops);
        stalls.stalled_rate /= stops;
        stalls.free_rate /= stops;
        for (const auto& worker : workers_) {
            stalls.tally.add(worker->tally());
        }
        for (const Other& other : others_) {
            const auto longest = static_cast<double>(other.longest.load()) * 1e-6;
            stalls.longest_milliseconds = std::max(stalls.longest_milliseconds, longest);
        }
    }

  private:
    void work(Worker& worker, Other& shown) {
        while (!over_.load(std::memory_order_relaxed)) {
            const std::int64_t begin = nanoseconds();
            worker.step();
            const std::int64_t took = nanoseconds() - begin;
            shown.blocks.store(shown.blocks.load(std::memory_order_relaxed) + 1,
                               std::memory_order_relaxed);
            shown.served.store(worker.tally().served(), std::memory_order_relaxed);
            if (took > shown.longest.load(std::memory_order_relaxed)) {
                shown.longest.store(took, std::memory_order_relaxed);
            }
        }
    }

    double rate_of_others() const {
        const std::uint64_t before = served();
        const std::int64_t begin = nanoseconds();
        std::this_thread::sleep_for(watched);
        const auto seconds = static_cast<double>(nanoseconds() - begin) * 1e-9;
        return static_cast<double>(served() - before) / seconds;
    }

    /// How many of the others do not go on.
    std::size_t stuck_others() const {
        std::vector<std::uint64_t> before;
        for (const Other& other : others_) {
            before.push_back(other.blocks.load(std::memory_order_relaxed));
        }
        const std::int64_t end = nanoseconds() + std::chrono::nanoseconds(patience).count();
        for (;;) {
            std::size_t stuck = 0;
            for (std::size_t index = 0; index < others_.size(); ++index) {
                const std::uint64_t now = others_[index].blocks.load(std::memory_order_relaxed);
                stuck += now == before[index] ? 1 : 0;
            }
            if (stuck == 0 || nanoseconds() >= end) {
                return stuck;
            }
            std::this_thread::sleep_for(microseconds(200));
        }
    }

    std::uint64_t served() const {
        std::uint64_t total = 0;
        for (const Other& other : others_) {
            total += other.served.load(std::memory_order_relaxed);
        }
        return total;
    }

    std::vector<Other> others_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::atomic<bool> over_{false};
    std::vector<std::thread> threads_;
};

}  // namespace

Stalls stall(const Task& task, std::uint64_t stops) {
    const Handler handler;
    Arena arena(task);
    Stalls stalls;
    std::uint64_t random = 1;
    for (std::uint64_t stop = 0; stop < stops; ++stop) {
        random = random * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        arena.measure_stop((random >> 33) % random_delay_max, stalls);
    }
    arena.end(stalls);
    return stalls;
}

}  // namespace belay::bench::idempotency
