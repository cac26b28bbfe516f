// So many rows a second, evenly: no second has more of them than it may, however long the one
// before was idle.
#pragma once

#include <cstdint>
#include <optional>

#include "core/world/clock.hpp"

namespace belay::batches {

/// Not thread-safe.
class Pace {
  public:
    /// 0: as fast as it goes.
    explicit Pace(std::uint64_t rows_per_second) noexcept;

    /// Whether a row may be sent now; if so it counts as sent.
    bool take(world::MonotonicTime now) noexcept;

    /// When the next one may be sent; nullopt: now.
    std::optional<world::MonotonicTime> next(world::MonotonicTime now) const noexcept;

    /// An upstream says that it is too much: nothing before then.
    void hold_until(world::MonotonicTime time) noexcept;

  private:
    std::chrono::nanoseconds interval_{};
    /// When the next row is due; up to a tenth of a second in the past, so that a late timer costs
    /// no throughput.
    std::optional<world::MonotonicTime> due_;
};

}  // namespace belay::batches
