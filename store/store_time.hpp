// The time that is stored. What is written down never goes back, here or after a restart, and what
// lasts a while (a lease, a retry, a week until expiry) must not care when somebody sets the clock:
// an hour ahead must not end every lease at once, and an hour back must not stop all of them for an
// hour (reliability 3.2).
//
// So it starts with the time of day, or with the latest time that the log knows if that is later,
// and then goes on with the monotonic clock. It follows the time of day by running at most a tenth
// faster or slower until the two agree.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/time.hpp"
#include "core/world/clock.hpp"

namespace belay::store {

/// now() is for every thread, lock-free; start() and follow() are for one at a time.
class StoreTime {
  public:
    explicit StoreTime(const world::Clock& clock) noexcept : clock_(clock) {}

    /// Before anything else: nothing is told that is before `latest`.
    void start(WallTime latest) noexcept;

    /// Never before anything that was told before.
    WallTime now() noexcept;

    /// Comes nearer to the time of day, by at most a tenth of the time since the last call. To be
    /// called now and then.
    void follow() noexcept;

  private:
    std::int64_t monotonic() const noexcept;  ///< milliseconds

    const world::Clock& clock_;

    // Relaxed, both: they order nothing, the log does. Milliseconds.
    std::atomic<std::int64_t> ahead_{0};   ///< of the monotonic clock
    std::atomic<std::int64_t> latest_{0};  ///< that was told

    std::int64_t followed_at_ = 0;  ///< by the monotonic clock
};

}  // namespace belay::store
