// Status lines as constants, so that an answer begins with one copy.
#pragma once

#include <string_view>

namespace belay::wire {

/// "HTTP/1.1 200 OK" and its CRLF; empty for a status that is not registered.
std::string_view status_line(int status) noexcept;

}  // namespace belay::wire
