// The params of a row as bytes: what is sent as the body of a request, or in its query.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace belay::batch_drive {

/// Params that come to more bytes are not sent: names repeat in the form of nested values, so that
/// a line of 1 MiB could come to a thousand times as much.
inline constexpr std::size_t params_bytes_max = 4 * 1024 * 1024;

/// JSON without blanks, members in their order. The same value comes to the same bytes always, also
/// after an upgrade: a row that is sent again is compared with its first sending by its bytes. DO
/// NOT CHANGE what it writes.
void append_json(const boost::json::value& value, std::string& to);

/// How the brackets of names are written: as they are in a body, where published examples have them
/// so; percent-encoded in a query, where no bracket may stand (RFC 3986 3.4).
enum class Brackets : std::uint8_t { plain, encoded };

/// application/x-www-form-urlencoded, nested values by bracketed names:
///
///   {"a": {"b": "c"}}          a[b]=c
///   {"a": ["x", {"y": 1}]}     a[0]=x&a[1][y]=1
///   true, 1.5, null            true, 1.5, and nothing behind the "=": what unsets a value
///   [] and {}                  "a=" for an array, which it empties; nothing for an object
///
/// Names and values are percent-encoded UTF-8, a blank as %20. False: it is longer than
/// params_bytes_max, and `to` is of no use.
bool append_form(const boost::json::object& params, Brackets brackets, std::string& to);

/// One JSON text without the blanks between its tokens, which are left as they are, so that no
/// number loses a digit. nullopt: it is no JSON, or not UTF-8, or nested deeper than 128.
std::optional<std::string> compact_json(std::string_view text);

}  // namespace belay::batch_drive
