// Text as a string of JSON (RFC 8259 section 7): the one place that escapes it.
#pragma once

#include <string>
#include <string_view>

namespace belay {

/// Appends `text` as a JSON string with its quotes, and `behind`, at most two bytes, as it is.
/// Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& to, std::string_view text, std::string_view behind = {});

}  // namespace belay
