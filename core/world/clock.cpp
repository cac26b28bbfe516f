#include "core/world/clock.hpp"

#include <ctime>

namespace belay::world {

WallTime SystemClock::wall() const {
    // The time of the kernel's last tick, at most a few milliseconds ago: a request asks several
    // times, and to read the counter each time costs ten times as much.
    timespec time;
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return WallTime(Milliseconds(std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000));
}

MonotonicTime SystemClock::monotonic() const {
    return std::chrono::steady_clock::now();
}

ManualClock::ManualClock(WallTime start) : wall_milliseconds_(start.time_since_epoch().count()) {}

// Relaxed: a test moves the clock and then makes the thread that reads it run by other means.
WallTime ManualClock::wall() const {
    return WallTime(Milliseconds(wall_milliseconds_.load(std::memory_order_relaxed)));
}

MonotonicTime ManualClock::monotonic() const {
    return MonotonicTime(
        std::chrono::nanoseconds(monotonic_nanoseconds_.load(std::memory_order_relaxed)));
}

void ManualClock::advance(Milliseconds by) {
    wall_milliseconds_.fetch_add(by.count(), std::memory_order_relaxed);
    monotonic_nanoseconds_.fetch_add(std::chrono::nanoseconds(by).count(),
                                     std::memory_order_relaxed);
}

void ManualClock::jump_wall(Milliseconds by) {
    wall_milliseconds_.fetch_add(by.count(), std::memory_order_relaxed);
}

}  // namespace belay::world
