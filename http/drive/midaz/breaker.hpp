// Stops calls to a server that does not answer, so that it can recover and nobody waits for it in
// vain: after so many failures in a row none is made for a while, then one, on which all depends.
#pragma once

#include <optional>

#include "core/base/time.hpp"
#include "core/world/clock.hpp"

namespace belay::midaz {

struct BreakerSettings {
    unsigned failures_max = 3;
    Milliseconds pause = std::chrono::seconds(30);
};

/// Not thread-safe.
class Breaker {
  public:
    explicit Breaker(const BreakerSettings& settings) noexcept : settings_(settings) {}

    /// nullopt: a call may be made now, and its outcome will be told. Else: when to ask again.
    std::optional<world::MonotonicTime> blocked_until(world::MonotonicTime now) noexcept;

    void succeeded() noexcept;
    void failed(world::MonotonicTime now) noexcept;

    /// No call is made now, or only the one that tries.
    bool is_open() const noexcept { return opened_; }

    /// If open: when the next call may be made; else the beginning of time.
    world::MonotonicTime opens_at() const noexcept {
        return opened_ ? retry_ : world::MonotonicTime();
    }

  private:
    const BreakerSettings settings_;
    unsigned failures_ = 0;
    bool opened_ = false;
    world::MonotonicTime retry_{};
};

}  // namespace belay::midaz
