// The requests of the idempotency bench: what a cancel of an export job asks of the table. Each has
// a key's name as the server makes it (scope and key, 139 bytes, two UUIDs in it that differ from
// request to request) and the fingerprint of its content.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "core/job/idempotency.hpp"

namespace belay::bench::idempotency {

inline constexpr std::size_t name_bytes = 139;

/// The key for the maps beside: the whole name stands in it, so that no map follows a pointer to
/// it, and its hash is computed once.
struct Key {
    // Mutable: a request is written again and again, and maps want their key const.
    mutable std::uint64_t hash = 0;
    mutable std::array<char, name_bytes> name{};

    std::string_view text() const noexcept { return {name.data(), name.size()}; }

    bool operator==(const Key& other) const noexcept {
        return hash == other.hash && std::memcmp(name.data(), other.name.data(), name_bytes) == 0;
    }
};

/// What is kept under a key; the answer's body, which is the same for all tables, is left out.
struct Value {
    job::Fingerprint fingerprint{};
    std::int64_t expires = 0;
    std::uint16_t status = 0;
};

using Request = std::pair<const Key, Value>;

/// Writes what does not change from one request to the next.
void prepare(Request& request);

/// Makes a prepared request the one of this number. `content` is what the fingerprint is of.
void aim(Request& request, std::uint64_t number, std::uint64_t content) noexcept;

/// What the maps beside hash with, and belay's table does: XXH3-64 with a seed.
std::uint64_t hash_of(const Key& key) noexcept;

}  // namespace belay::bench::idempotency
