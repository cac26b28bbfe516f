// How a request's body is delimited, as a decision table (RFC 9112 6.3; style 5.3).
//
// Two readers of one stream that disagree on this disagree on where the next request begins, so
// everything that any reader might take differently is refused.
#pragma once

#include <cstddef>
#include <cstdint>

#include "http/wire/request_head.hpp"
#include "http/wire/wire_error.hpp"

namespace belay::wire {

/// What the Content-Length fields of a head say together.
enum class LengthField : std::uint8_t {
    absent,
    zero,
    positive,
    too_large,  ///< digits, but no 63-bit number
    malformed,  ///< anything but 1*DIGIT without leading zeros; a list of equal lengths too
    repeated,   ///< more than one line, even if equal
};
inline constexpr std::size_t length_field_count = 6;

/// What the Transfer-Encoding fields of a head say together.
enum class EncodingField : std::uint8_t {
    absent,
    chunked,    ///< exactly one coding, "chunked" in any case
    not_final,  ///< chunked is there, but repeated or not last: no length can be known
    unknown,    ///< a coding that belay does not know, alone or before a final chunked
    malformed,  ///< no token, or an empty value
};
inline constexpr std::size_t encoding_field_count = 5;

enum class BodyKind : std::uint8_t { none, length, chunked };

struct BodyFraming {
    BodyKind kind = BodyKind::none;
    std::uint64_t length = 0;           ///< bytes, for BodyKind::length; above zero
    WireError error = WireError::none;  ///< if set, the two above say nothing
};

struct FramingDecision {
    BodyKind kind;
    WireError error;
};

LengthField read_content_length(const RequestHead& head, std::uint64_t& length) noexcept;
EncodingField read_transfer_encoding(const RequestHead& head) noexcept;

/// The table. Total: every combination has exactly one answer.
FramingDecision decide_framing(Method method, Version version, LengthField length,
                               EncodingField encoding) noexcept;

/// The body of the request with this head. The caller compares `length` with its own limit (413).
BodyFraming frame_body(const RequestHead& head) noexcept;

}  // namespace belay::wire
