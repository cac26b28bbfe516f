// The Date field (RFC 9110 5.6.7, 6.6.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "core/base/time.hpp"

namespace belay::wire {

/// The text of IMF-fixdate ("Sun, 06 Nov 1994 08:49:37 GMT"), made once a second instead of once an
/// answer. One object per thread.
class DateCache {
  public:
    /// Valid until the next call. `now` lies in the years 0 to 9999.
    std::string_view imf_fixdate(WallTime now) noexcept;

  private:
    static constexpr std::size_t text_bytes = 29;

    std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
    char text_[text_bytes] = {};
};

}  // namespace belay::wire
