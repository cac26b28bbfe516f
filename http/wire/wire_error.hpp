// Why bytes are not an HTTP/1.1 request that belay serves: a closed list, each with the status that
// answers it.
//
// Every one of them ends the connection after its answer. Where the next request would begin is in
// doubt after each, and guessing is how requests are smuggled (RFC 9112 6.3, 9.6, 11.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace belay::wire {

enum class WireError : std::uint8_t {
    none,
    // The request line.
    too_many_empty_lines,
    malformed_request_line,
    malformed_method,
    method_too_long,
    malformed_target,
    malformed_percent_encoding,
    malformed_authority,
    userinfo_in_target,
    target_form_not_for_method,
    malformed_version,
    unsupported_version,
    request_line_too_long,
    // Fields.
    bare_carriage_return,
    bare_line_feed,
    folded_field_line,
    malformed_field_name,
    space_before_colon,
    malformed_field_value,
    field_section_too_large,
    too_many_fields,
    host_missing,
    host_repeated,
    host_malformed,
    // Framing of the body.
    content_length_malformed,
    content_length_repeated,
    content_length_too_large,
    content_length_with_transfer_encoding,
    transfer_encoding_in_http_1_0,
    transfer_encoding_malformed,
    transfer_encoding_not_ending_in_chunked,
    transfer_coding_unknown,
    content_not_allowed_for_method,
    // The chunked coding.
    chunk_size_malformed,
    chunk_size_too_large,
    chunk_extension_malformed,
    chunk_extensions_too_large,
    chunk_end_malformed,
    chunk_overhead_too_large,
    trailer_malformed,
    trailer_too_large,
};

inline constexpr std::size_t wire_error_count =
    static_cast<std::size_t>(WireError::trailer_too_large) + 1;

/// 400, 413, 414, 431, 501 or 505; 0 for none.
int status_of(WireError error) noexcept;

/// One sentence for the person at the other end; holds no byte of the request.
std::string_view sentence_of(WireError error) noexcept;

}  // namespace belay::wire
