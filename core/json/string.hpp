// The inside of a JSON string: escapes, UTF-8 (RFC 8259 7, 8.1). Private to core/json.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/json/json.hpp"

namespace belay {

struct JsonStringFault {
    JsonFault fault;
    std::size_t offset;  ///< within the text that was given
};

/// Reads from `text`, which begins behind the opening quote, up to the closing one, and sets `size`
/// to the bytes taken, the closing quote included. `string` is then a part of `text` if it has no
/// escape, else `scratch`.
std::optional<JsonStringFault> read_json_string(std::string_view text, std::string& scratch,
                                                std::string_view& string, std::size_t& size);

}  // namespace belay
