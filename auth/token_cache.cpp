#include "auth/token_cache.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include <xxhash.h>

namespace belay::auth {

TokenCache::TokenCache(std::size_t tokens, world::Entropy& entropy)
    : entries_(std::bit_ceil(std::max(tokens, ways))) {
    entropy.fill(secret_);
}

TokenCache::Fingerprint TokenCache::fingerprint_of(std::string_view token) const noexcept {
    const XXH128_hash_t hash =
        XXH3_128bits_withSecret(token.data(), token.size(), secret_.data(), secret_.size());
    return {hash.low64, hash.high64};
}

std::span<TokenCache::Entry> TokenCache::set_of(const Fingerprint& fingerprint) noexcept {
    const std::size_t sets = entries_.size() / ways;
    const std::size_t set = static_cast<std::size_t>(fingerprint[0]) & (sets - 1);
    return std::span(entries_).subspan(set * ways, ways);
}

const Principal* TokenCache::find(std::string_view token, WallTime now,
                                  std::uint64_t generation) noexcept {
    const Fingerprint fingerprint = fingerprint_of(token);
    for (Entry& entry : set_of(fingerprint)) {
        if (entry.fingerprint == fingerprint) {
            if (now >= entry.valid_until || entry.generation != generation) {
                return nullptr;
            }
            entry.last_use = ++uses_;
            return &entry.principal;
        }
    }
    return nullptr;
}

const Principal* TokenCache::store(std::string_view token, Verified verified,
                                   std::uint64_t generation) {
    const Fingerprint fingerprint = fingerprint_of(token);
    const std::span<Entry> set = set_of(fingerprint);
    // The token's own stale entry if it has one, so that no fingerprint is in a set twice.
    auto place = std::find_if(set.begin(), set.end(),
                              [&](const Entry& entry) { return entry.fingerprint == fingerprint; });
    if (place == set.end()) {
        place = std::min_element(set.begin(), set.end(), [](const Entry& one, const Entry& other) {
            return one.last_use < other.last_use;
        });
    }
    place->fingerprint = fingerprint;
    place->valid_until = verified.valid_until;
    place->generation = generation;
    place->last_use = ++uses_;
    place->principal = std::move(verified.principal);
    return &place->principal;
}

}  // namespace belay::auth
