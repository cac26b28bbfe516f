// What a try of I/O that never blocks came to.
#pragma once

#include <cstddef>
#include <cstdint>

namespace belay::http {

enum class IoResult : std::uint8_t {
    done,         ///< at least one byte was moved; of a handshake, it is complete
    needs_read,   ///< wait until readable, then try the same again
    needs_write,  ///< wait until writable, then try the same again
    ended,        ///< the peer has said that it sends no more
    failed,       ///< reset, or not TLS: nothing more can be said to this peer
};

struct IoOutcome {
    IoResult result;
    std::size_t bytes = 0;
};

}  // namespace belay::http
