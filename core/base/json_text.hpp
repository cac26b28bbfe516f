// Text as a string of JSON (RFC 8259 section 7): the one place that escapes it.
#pragma once

#include <string>
#include <string_view>

namespace belay {

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& to, std::string_view text);

/// Writes `text` with its quotes to `to`, which has room for it, if it may stand between them as it
/// is: no quote, backslash or control, and ASCII alone. Returns the end of what was written;
/// nullptr if it is another text, of which some may have been written.
char* put_plain_json_string(char* to, std::string_view text) noexcept;

}  // namespace belay
