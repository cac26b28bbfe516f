// The seam to time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/base/time.hpp"

namespace belay::world {

/// Nanoseconds of a clock that never jumps; its zero has no meaning.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// Thread-safe.
class Clock {
  public:
    virtual ~Clock() = default;

    /// The time of day. May jump either way (reliability 3.2): never measure a duration with it.
    virtual WallTime wall() const = 0;

    /// For durations and deadlines inside one process.
    virtual MonotonicTime monotonic() const = 0;
};

/// The operating system's clocks.
class SystemClock final : public Clock {
  public:
    WallTime wall() const override;
    MonotonicTime monotonic() const override;
};

/// A clock that stands still until told; starts at the given time.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(WallTime start);

    WallTime wall() const override;
    MonotonicTime monotonic() const override;

    /// Moves both clocks forward.
    void advance(Milliseconds by);

    /// Moves only the time of day, either way: an operator or NTP set the clock.
    void jump_wall(Milliseconds by);

  private:
    std::atomic<std::int64_t> wall_milliseconds_;
    std::atomic<std::int64_t> monotonic_nanoseconds_{0};
};

}  // namespace belay::world
