// The chunked transfer coding, decoded in place (RFC 9112 7.1).
//
// A machine that can stop at any byte: it is fed whatever has arrived and gives back spans of the
// input that are payload. Extensions and trailers are checked for syntax and dropped (RFC 9110
// 6.5.1); the bytes that are not payload are bounded, so that a peer cannot keep the server busy
// with chunks of nothing. It allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "http/wire/wire_error.hpp"

namespace belay::wire {

struct ChunkedLimits {
    /// Refused as soon as a chunk's size says that there will be more.
    std::uint64_t payload_bytes_max = std::numeric_limits<std::uint64_t>::max();
    std::size_t extension_bytes_max = 4 * 1024;  ///< all extensions of a body together
    std::size_t trailer_bytes_max = 8 * 1024;    ///< the trailer section with its CRLFs
    /// Bytes that are not payload are refused above this and `overhead_factor` times the payload.
    std::size_t overhead_bytes_max = 16 * 1024;
    std::size_t overhead_factor = 16;
};

enum class ChunkedProgress : std::uint8_t {
    need_more,  ///< all input is consumed and the body goes on
    payload,    ///< `payload` is not empty; call again with the rest of the input
    finished,   ///< the body has ended; the rest of the input belongs to the next request
    refused,    ///< error() says why; nothing more is decoded
};

class ChunkedDecoder {
  public:
    explicit ChunkedDecoder(const ChunkedLimits& limits = {}) noexcept : limits_(limits) {}

    struct Step {
        ChunkedProgress progress;
        std::size_t consumed;      ///< bytes of `input` that are done with, payload included
        std::string_view payload;  ///< a part of `input`, valid as long as that
    };

    /// Reads until a span of payload, the end of the body, an error or the end of `input`.
    Step step(std::string_view input) noexcept;

    WireError error() const noexcept { return error_; }
    std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }

    struct InPlace {
        ChunkedProgress progress;  ///< need_more, finished or refused
        std::size_t consumed;      ///< bytes of `buffer` that are done with
        std::size_t payload;       ///< payload bytes, now at the front of `buffer`
    };

    /// Decodes all of `buffer`, moving the payload to its front.
    InPlace decode_in_place(std::span<char> buffer) noexcept;

  private:
    enum class State : std::uint8_t {
        size_first,        ///< the first hex digit of a chunk size
        size,              ///< more of it, or what may follow
        before_extension,  ///< blanks after a size or a value: only ";" may come
        extension_begin,   ///< after ";": blanks, then a name
        extension_name,
        after_name,   ///< blanks after a name: "=", ";" or CR
        value_begin,  ///< after "=": blanks, then a token or DQUOTE
        value_token,
        value_quoted,
        value_escape,  ///< after a backslash in a quoted value
        value_closed,  ///< after the closing DQUOTE: blank, ";" or CR
        size_line_feed,
        data,
        data_return,
        data_line_feed,
        trailer_begin,  ///< the first byte of a trailer line, or the CR of the last line
        trailer_name,
        trailer_value,
        trailer_line_feed,
        last_line_feed,
        finished,
        refused,
    };

    WireError take(char byte) noexcept;
    WireError take_size(char byte) noexcept;
    WireError take_extension(char byte) noexcept;
    WireError take_trailer(char byte) noexcept;
    WireError count_overhead() noexcept;

    ChunkedLimits limits_;
    State state_ = State::size_first;
    WireError error_ = WireError::none;
    std::uint64_t chunk_left_ = 0;  ///< of the chunk whose size or data is being read
    std::uint64_t payload_bytes_ = 0;
    std::uint64_t overhead_bytes_ = 0;
    std::size_t extension_bytes_ = 0;
    std::size_t trailer_bytes_ = 0;
};

}  // namespace belay::wire
