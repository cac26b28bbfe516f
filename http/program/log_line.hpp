// The two forms of a log line. Whatever bytes a value holds, a line stays one line of valid UTF-8,
// without a control character that a terminal would obey.
#pragma once

#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "http/program/log.hpp"

namespace belay::program {

/// A longer value is cut and ends with "…": a line must stay small whatever a peer sent.
inline constexpr std::size_t log_value_bytes_max = 1024;

/// {"time":"…","level":"info","message":"…","rows":5} and a line feed.
std::string json_log_line(WallTime time, LogLevel level, std::string_view message,
                          LogFields fields);

/// 2026-11-22T19:04:05.123Z INFO    message rows=5 name="with spaces" and a line feed.
std::string text_log_line(WallTime time, LogLevel level, std::string_view message,
                          LogFields fields);

}  // namespace belay::program
