// Ranges and entity tags (RFC 9110 8.8.3, 13.1, 14). belay serves one range of bytes; a request for
// several gets the whole representation, which 14.2 allows and which no peer can use to multiply
// work. A malformed Range, another unit, or a method other than GET: the field is ignored (14.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/wire/request_head.hpp"

namespace belay::wire {

enum class RangeOutcome : std::uint8_t {
    whole,          ///< 200 with everything
    part,           ///< 206 with Content-Range
    unsatisfiable,  ///< 416 with "Content-Range: bytes */size"
};

struct RangeDecision {
    RangeOutcome outcome = RangeOutcome::whole;
    std::uint64_t first = 0;   ///< of a part: its first byte
    std::uint64_t length = 0;  ///< of a part, above zero; of a whole, the size
};

/// Which bytes of a representation of `size` bytes and the entity tag `etag` (with its quotes) a
/// request asks for. If-Range with another tag, a weak tag or a date: the whole, since belay serves
/// no Last-Modified (13.1.5).
RangeDecision decide_range(const RequestHead& head, std::uint64_t size, std::string_view etag);

/// As decide_range, of the field value alone.
RangeDecision parse_range(std::string_view value, std::uint64_t size) noexcept;

/// Whether If-None-Match names `etag`, or is "*": answer 304 to GET and HEAD (13.1.2). Weak
/// comparison. A malformed value names nothing.
bool if_none_match(const RequestHead& head, std::string_view etag) noexcept;

/// "bytes 0-99/1234".
std::string content_range(const RangeDecision& part, std::uint64_t size);
/// "bytes */1234".
std::string content_range_unsatisfiable(std::uint64_t size);

}  // namespace belay::wire
