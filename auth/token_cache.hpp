// Credentials that were verified a moment ago.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "auth/claims.hpp"
#include "core/base/time.hpp"
#include "core/world/entropy.hpp"

namespace belay::auth {

/// Verifying a signature costs 1 to 140 µs, looking it up a tenth of a microsecond.
///
/// A token is known by its XXH3-128 under a secret of this cache, and is not itself kept: a dump of
/// the memory shows no usable credential. XXH3 is no cryptographic hash, and need not be one here:
/// whoever wants another's entry must meet the hash of a token that he does not know, whose
/// signature has more than 128 unknown bits; and meeting the hash of a token of his own gives him
/// what he has. The secret keeps him from choosing which set his tokens fall into.
///
/// Fixed size, no allocation on a hit, and no lock: one cache for each thread. A full set gives up
/// the entry that was used longest ago.
class TokenCache {
  public:
    /// `tokens` is rounded up to a power of two, at least 4.
    TokenCache(std::size_t tokens, world::Entropy& entropy);

    /// The principal of a token that was stored under this generation and is not past its
    /// `valid_until`; null otherwise. Valid until the next call of `store`.
    const Principal* find(std::string_view token, WallTime now, std::uint64_t generation) noexcept;

    /// Keeps what a token was found to be while the keys had this generation. Valid as `find`'s.
    const Principal* store(std::string_view token, Verified verified, std::uint64_t generation);

  private:
    static constexpr std::size_t ways = 4;
    static constexpr std::size_t secret_bytes = 192;  // XXH3's own default size

    using Fingerprint = std::array<std::uint64_t, 2>;

    struct Entry {
        Fingerprint fingerprint{};
        WallTime valid_until{};  // of an entry never used: 1970, so it is never found
        std::uint64_t generation = 0;
        std::uint64_t last_use = 0;
        Principal principal;
    };

    Fingerprint fingerprint_of(std::string_view token) const noexcept;
    std::span<Entry> set_of(const Fingerprint& fingerprint) noexcept;

    std::array<std::byte, secret_bytes> secret_;
    std::vector<Entry> entries_;
    std::uint64_t uses_ = 0;
};

}  // namespace belay::auth
