// SHA-256, HMAC-SHA256 and the comparison that takes as long for a wrong value as for a right one.
#pragma once

#include <array>
#include <cstddef>

#include "core/base/bytes.hpp"

namespace belay::auth {

using Digest256 = std::array<std::byte, 32>;

/// SHA-256 (FIPS 180-4) of a message that arrives in pieces. Its state stands in itself: it takes
/// no memory, and a short message costs no more than its hashing. One thread at a time.
class Sha256 {
  public:
    Sha256();

    void update(ByteSpan piece);

    /// The digest of everything since the last finish; the next update begins a new message.
    Digest256 finish();

  private:
    static constexpr std::size_t state_bytes = 112;

    alignas(8) std::array<std::byte, state_bytes> state_;
};

/// SHA-256 of a whole message, with a context that each thread keeps.
Digest256 sha256(ByteSpan message);

/// HMAC-SHA256 (RFC 2104). The key must not be empty.
Digest256 hmac_sha256(ByteSpan key, ByteSpan message);

/// Whether both are equal, in a time that depends on their sizes only. Different sizes are unequal.
bool equal_in_constant_time(ByteSpan left, ByteSpan right) noexcept;

}  // namespace belay::auth
