// A field line as nearly all of them are, found in one go: a name, a colon, a value in which no
// control stands (no tab either), CRLF.
//
// This only finds where the parts are. It takes no line that the parser of heads would refuse for
// its shape, and leaves lines out that it would take: those go the other way.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace belay::wire {

struct PlainFieldLine {
    std::string_view name;   ///< what stands before the first colon, whatever that is
    std::string_view value;  ///< without the spaces around it
    std::size_t size;        ///< of the line, CRLF included
};

/// `text` begins with a line and has whatever came behind it. None if the line is no plain one, has
/// not come whole, or has a name of 64 bytes or more.
std::optional<PlainFieldLine> plain_field_line(std::string_view text) noexcept;

}  // namespace belay::wire
