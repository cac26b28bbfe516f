// The bytes of a snapshot file, shared by what writes and what reads it (store/FORMAT.md 8).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <xxhash.h>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"
#include "store/log/snapshot.hpp"

namespace belay::store {

inline constexpr std::array<char, 8> snapshot_magic = {'b', 'e', 'l', 'a', 'y', 's', 'n', 'p'};
inline constexpr std::size_t block_payload_bytes =
    256 * 1024;  ///< a block is written once over this
inline constexpr std::uint64_t block_payload_bytes_max =
    block_payload_bytes + limits::frame_bytes_max;

// Fixed on disk for ever. Last used: 2.
inline constexpr std::uint32_t block_of_entries = 1;
inline constexpr std::uint32_t block_footer = 2;

struct FileHeaderBytes {
    std::array<char, 8> magic = snapshot_magic;
    std::uint32_t version = snapshot_format_version;
    std::uint32_t zero = 0;
    std::uint64_t start_lsn = 0;
    std::int64_t time = 0;
    std::uint64_t seed = 0;
    std::uint64_t checksum = 0;  ///< XXH3-64, seed 0, over the bytes before it
};
static_assert(sizeof(FileHeaderBytes) == 48);
static_assert(std::has_unique_object_representations_v<FileHeaderBytes>);

struct BlockHeaderBytes {
    std::uint32_t kind = 0;
    std::uint32_t entries = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t index = 0;  ///< 0, 1, …: no block is left out or moved
    std::uint64_t payload_checksum = 0;
    std::uint64_t checksum = 0;  ///< over the bytes before it; both XXH3-64 seeded with S
};
static_assert(sizeof(BlockHeaderBytes) == 40);
static_assert(std::has_unique_object_representations_v<BlockHeaderBytes>);

struct FooterBytes {
    std::uint64_t entries = 0;
    std::uint64_t highest_lsn = 0;
};
static_assert(sizeof(FooterBytes) == 16);

template <class Bytes>
std::uint64_t checksum_of(const Bytes& bytes, std::uint64_t seed) noexcept {
    return XXH3_64bits_withSeed(&bytes, offsetof(Bytes, checksum), seed);
}

inline std::uint64_t payload_checksum(ByteSpan payload, Lsn start_lsn) noexcept {
    return XXH3_64bits_withSeed(payload.data(), payload.size(), start_lsn);
}

template <class Bytes>
ByteSpan bytes_of(const Bytes& bytes) noexcept {
    return std::as_bytes(std::span(&bytes, 1));
}

}  // namespace belay::store
