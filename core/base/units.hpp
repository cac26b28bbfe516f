// The text forms of durations and sizes in settings (contracts README 7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace belay {

/// A whole number and one of ms, s, m, h, d: "250ms", "24h". Negative or out of range: malformed.
result<Milliseconds> parse_duration(std::string_view text);

/// A whole number and B, KiB, MiB or GiB: "64MiB". Out of range: malformed.
result<std::uint64_t> parse_size(std::string_view text);

/// The shortest text that parse_duration reads back as `duration`.
std::string format_duration(Milliseconds duration);

/// The shortest text that parse_size reads back as `bytes`.
std::string format_size(std::uint64_t bytes);

}  // namespace belay
