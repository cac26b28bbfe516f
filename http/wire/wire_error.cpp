#include "http/wire/wire_error.hpp"

#include <array>

#include "core/base/check.hpp"

namespace belay::wire {
namespace {

struct Row {
    WireError error;
    int status;
    std::string_view sentence;
};

using enum WireError;

constexpr std::array<Row, wire_error_count> rows{{
    {none, 0, ""},
    {too_many_empty_lines, 400, "There are too many empty lines before the request line."},
    {malformed_request_line, 400, "The request line is not a method, a target and a version."},
    {malformed_method, 400, "The method holds a character that no method may hold."},
    {method_too_long, 501, "The method is longer than any that is known."},
    {malformed_target, 400, "The request target is malformed."},
    {malformed_percent_encoding, 400, "The request target has a % without two hex digits."},
    {malformed_authority, 400, "The host or port in the request target is malformed."},
    {userinfo_in_target, 400, "The request target names a user."},
    {target_form_not_for_method, 400, "The method does not allow this form of request target."},
    {malformed_version, 400, "The HTTP version is malformed."},
    {unsupported_version, 505, "The HTTP version is not supported."},
    {request_line_too_long, 414, "The request line is too long."},
    {bare_carriage_return, 400, "There is a carriage return that ends no line."},
    {bare_line_feed, 400, "There is a line feed without a carriage return before it."},
    {folded_field_line, 400, "A field line begins with a space or a tab."},
    {malformed_field_name, 400, "A field name is malformed."},
    {space_before_colon, 400, "There is a space between a field name and its colon."},
    {malformed_field_value, 400, "A field value holds a control character."},
    {field_section_too_large, 431, "The header fields are too large."},
    {too_many_fields, 431, "There are too many header fields."},
    {host_missing, 400, "The Host field is missing."},
    {host_repeated, 400, "There is more than one Host field."},
    {host_malformed, 400, "The Host field is malformed."},
    {content_length_malformed, 400, "The Content-Length is not one plain number."},
    {content_length_repeated, 400, "There is more than one Content-Length field."},
    {content_length_too_large, 413, "The Content-Length is too large."},
    {content_length_with_transfer_encoding, 400,
     "There are both a Content-Length and a Transfer-Encoding."},
    {transfer_encoding_in_http_1_0, 400, "There is a Transfer-Encoding in an HTTP/1.0 request."},
    {transfer_encoding_malformed, 400, "The Transfer-Encoding is malformed."},
    {transfer_encoding_not_ending_in_chunked, 400,
     "The Transfer-Encoding names chunked, but not once and last."},
    {transfer_coding_unknown, 501, "The transfer coding is not supported."},
    {content_not_allowed_for_method, 400, "The method does not allow content."},
    {chunk_size_malformed, 400, "A chunk size is malformed."},
    {chunk_size_too_large, 413, "The content is too large."},
    {chunk_extension_malformed, 400, "A chunk extension is malformed."},
    {chunk_extensions_too_large, 400, "The chunk extensions are too large."},
    {chunk_end_malformed, 400, "A chunk does not end where its size says."},
    {chunk_overhead_too_large, 400, "The chunks hold too little content for their number."},
    {trailer_malformed, 400, "A trailer field is malformed."},
    {trailer_too_large, 431, "The trailer fields are too large."},
}};

constexpr bool rows_stand_at_their_error() {
    for (std::size_t at = 0; at < rows.size(); ++at) {
        if (rows[at].error != static_cast<WireError>(at)) {
            return false;
        }
    }
    return true;
}
static_assert(rows_stand_at_their_error());

const Row& row_of(WireError error) noexcept {
    const auto at = static_cast<std::size_t>(error);
    check(at < rows.size(), "the wire error is one of the list");
    return rows[at];
}

}  // namespace

int status_of(WireError error) noexcept {
    return row_of(error).status;
}

std::string_view sentence_of(WireError error) noexcept {
    return row_of(error).sentence;
}

}  // namespace belay::wire
