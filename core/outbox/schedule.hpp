// When a delivery is tried again (reliability 6.3).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time.hpp"

namespace belay::outbox {

/// What came of an attempt.
enum class Outcome : std::uint8_t {
    taken,        ///< 2xx
    refused,      ///< any other status, a redirect too
    gone,         ///< 410: the endpoint is to be disabled
    unreachable,  ///< no connection, no answer in time, a broken answer, an address not allowed
};

class Schedule {
  public:
    /// The waits before each attempt, the first of which is usually zero.
    explicit Schedule(std::vector<Milliseconds> waits);

    /// 0, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
    static Schedule usual();

    std::size_t attempts_max() const noexcept { return waits_.size(); }

    /// All waits together.
    Milliseconds span() const noexcept;

    /// How long to wait after the attempts so far, the first counted as 1; nullopt when they were
    /// all. `retry_after` of the answer lengthens the wait, up to a day. `random` spreads it by up
    /// to a tenth, so that what failed together does not come back together.
    std::optional<Milliseconds> next_wait(std::uint32_t attempts,
                                          std::optional<Milliseconds> retry_after,
                                          std::uint32_t random) const;

  private:
    std::vector<Milliseconds> waits_;
};

}  // namespace belay::outbox
