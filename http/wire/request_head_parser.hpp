// Bytes to RequestHead, strictly and in place (RFC 9112 2 to 5; reliability 5).
//
// The bytes of a head arrive in any number of pieces, and a peer may send one at a time. The parser
// remembers which lines it has taken and how far it has looked for the end of the next, so each
// byte is looked at once however it arrives, and the outcome depends on the bytes alone, never on
// how they were cut. It allocates nothing.
//
// Only CRLF ends a line; there is no lenient mode. What is refused is listed in wire_error.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/wire/head_memory.hpp"
#include "http/wire/request_head.hpp"
#include "http/wire/wire_error.hpp"

namespace belay::wire {

struct RequestHeadLimits {
    /// Request line without its CRLF; above it 414.
    std::size_t request_line_bytes_max = 8 * 1024;
    /// All field lines with their CRLFs and the empty line after them; above it 431.
    std::size_t field_section_bytes_max = 32 * 1024;
    /// Above it 431; at most wire::fields_max.
    std::size_t field_count_max = fields_max;

    /// A buffer of this many bytes holds every head that is not refused.
    constexpr std::size_t head_bytes_max() const noexcept;
};

/// Empty lines before a request line that are skipped (RFC 9112 2.2 asks for at least one).
inline constexpr std::size_t empty_lines_max = 4;

constexpr std::size_t RequestHeadLimits::head_bytes_max() const noexcept {
    return 2 * empty_lines_max + request_line_bytes_max + 2 + field_section_bytes_max;
}

enum class HeadProgress : std::uint8_t {
    need_more,  ///< the bytes so far are the beginning of a head
    complete,   ///< the head is set; the parser is ready for the next request
    refused,    ///< error() says why; nothing more is parsed on this connection
};

class RequestHeadParser {
  public:
    /// Limits above 1 MiB, or of more than fields_max fields, are the caller's error. `memory` may
    /// be null, else outlives the parser; what comes out does not depend on it.
    explicit RequestHeadParser(const RequestHeadLimits& limits = {},
                               HeadMemory* memory = nullptr) noexcept;

    /// Goes on with a head whose first byte is buffer[0]. On a further call for the same request
    /// `buffer` begins with the bytes of the call before (at any address) and `head` is the same
    /// object. `head` is set only when the answer is complete; its views point into `buffer`.
    HeadProgress parse(std::string_view buffer, RequestHead& head) noexcept;

    WireError error() const noexcept { return error_; }

    /// Whether a byte of a request line has been seen: tells an idle connection from one that is
    /// late with a head.
    bool has_begun() const noexcept {
        return phase_ != Phase::before_request_line || scanned_ > line_;
    }

  private:
    enum class Phase : std::uint8_t { before_request_line, fields, refused };

    HeadProgress refuse(WireError error) noexcept;
    HeadProgress line_unfinished(std::string_view buffer) noexcept;
    bool take_line(std::string_view line, RequestHead& head) noexcept;
    WireError take_request_line(std::string_view line, RequestHead& head) noexcept;
    WireError take_field_line(std::string_view line, RequestHead& head) noexcept;
    bool has_room_for_field_line(std::size_t size, const RequestHead& head) const noexcept;
    bool take_known_field_line(std::string_view buffer, RequestHead& head) noexcept;
    bool take_plain_field_line(std::string_view buffer, RequestHead& head) noexcept;
    void add_field(std::string_view name, std::string_view value, FieldName known,
                   RequestHead& head) const noexcept;
    WireError finish(RequestHead& head) noexcept;

    RequestHeadLimits limits_;
    HeadMemory* memory_;
    Phase phase_ = Phase::before_request_line;
    WireError error_ = WireError::none;
    std::uint8_t empty_lines_ = 0;
    std::uint32_t line_ = 0;     ///< where the line that is being read begins
    std::uint32_t scanned_ = 0;  ///< no line feed from line_ up to here
    std::uint32_t fields_ = 0;   ///< where the field section begins
};

}  // namespace belay::wire
