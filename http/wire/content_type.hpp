// Media types (RFC 9110 8.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace belay::wire {

/// Views into the field value that was parsed, and valid as long as that, but for the charset.
struct MediaType {
    std::string_view type;
    std::string_view subtype;
    std::optional<std::string> charset;  ///< as sent, unquoted

    /// Type and subtype are equal to "type/subtype" in any case of letters.
    bool is(std::string_view essence) const noexcept;
};

/// Malformed when `value` is not media-type, or repeats the charset.
result<MediaType> parse_media_type(std::string_view value);

/// Whether a body of this Content-Type is JSON that belay reads: "application/json" with no charset
/// or utf-8. If not, 415.
bool is_json(std::string_view content_type);

/// Whether the type is `essence` with no charset or utf-8, whatever its other parameters.
bool is_type(std::string_view content_type, std::string_view essence);

}  // namespace belay::wire
