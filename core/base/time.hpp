// Points in time as values, and their text forms. Reading a clock is core/world's.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/fixed_text.hpp"
#include "core/base/result.hpp"

namespace belay {

using Milliseconds = std::chrono::milliseconds;

/// Milliseconds since 1970-01-01T00:00:00Z, the resolution of everything stored.
using WallTime = std::chrono::sys_time<Milliseconds>;

/// A day of the proleptic Gregorian calendar, UTC.
using Day = std::chrono::sys_days;

/// Long enough for whatever year a WallTime can be in.
using TimeText = FixedText<40>;

/// "2026-11-22T19:04:05Z": RFC 3339, whole seconds, cut not rounded.
TimeText rfc3339_seconds(WallTime time) noexcept;
std::string format_rfc3339_seconds(WallTime time);

/// "2026-11-22T19:04:05.123Z": RFC 3339 with three decimals.
TimeText rfc3339_milliseconds(WallTime time) noexcept;
std::string format_rfc3339_milliseconds(WallTime time);

/// Reads an RFC 3339 date-time with any number (0 to 9) of decimals and any offset; decimals below
/// a millisecond are cut. Leap second 60 is refused.
result<WallTime> parse_rfc3339(std::string_view text);

/// Reads exactly "YYYY-MM-DD", a day that exists, years 0001 to 9999.
result<Day> parse_day(std::string_view text);

/// "20261122".
std::string format_day_compact(Day day);

/// "2026-11-22".
std::string format_day(Day day);

}  // namespace belay
