#include "core/world/clock.hpp"

namespace belay::world {

WallTime SystemClock::wall() const {
    return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
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
