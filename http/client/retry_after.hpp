// The Retry-After field (RFC 9110 10.2.3).
#pragma once

#include <optional>
#include <string_view>

#include "core/base/time.hpp"

namespace belay::client {

/// Seconds, or a date in one of the three forms that a recipient must know (RFC 9110 5.6.7), as the
/// time from `now`: not below zero, and not above retry_after_max. None if it is neither.
std::optional<Milliseconds> parse_retry_after(std::string_view text, WallTime now);

inline constexpr Milliseconds retry_after_max = std::chrono::hours(24 * 366);

}  // namespace belay::client
