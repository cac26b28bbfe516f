// The frame: one transition as it lies in the ring and on disk (store/FORMAT.md 3).
//
// A header of 64 bytes, the body, zeros up to a multiple of 64. The engine fills `length`, `type`
// and `body_length` in the ring; the committer stamps everything else into its staging copy,
// because place, chain and checksums depend on where and after what the frame is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"
#include "core/job/ids.hpp"

namespace belay::store {

using job::Lsn;

/// The first LSN there ever is; 0 means "none".
inline constexpr Lsn first_lsn = 64;

/// Fixed on disk for ever: never renumber, never reuse. Zero is what an empty disk holds and is
/// never valid. Last used: 2.
enum class FrameType : std::uint8_t {
    none = 0,
    transition = 1,
    footer = 2,  ///< a clean stop; takes no room in the stream: the next frame has the same LSN
};

/// Set in `type` where a reader that does not know the rest of the bits may skip the frame.
inline constexpr std::uint8_t frame_type_ignorable = 0x80;

struct FrameHeader {
    std::uint32_t length = 0;  ///< of the whole frame, a multiple of limits::frame_alignment
    std::uint8_t type = 0;     ///< FrameType, perhaps with frame_type_ignorable
    std::uint8_t flags = 0;    ///< zero in version 1
    std::uint16_t zero = 0;
    Lsn lsn = 0;                        ///< of the frame's first byte
    std::uint64_t segment = 0;          ///< place: the number of the segment it was written to
    std::uint32_t offset = 0;           ///< place: and where in that file
    std::uint32_t body_length = 0;      ///< without the zeros behind it
    Lsn durable_lsn = 0;                ///< D when the frame's group was written
    std::uint64_t chain = 0;            ///< header checksum of the frame before it in the stream
    std::uint64_t body_checksum = 0;    ///< over everything behind the header, the zeros included
    std::uint64_t header_checksum = 0;  ///< over the 56 bytes before this field
};

static_assert(sizeof(FrameHeader) == 64 && sizeof(FrameHeader) == limits::frame_alignment);
static_assert(std::has_unique_object_representations_v<FrameHeader>, "no padding reaches the disk");
static_assert(std::is_trivially_copyable_v<FrameHeader>);
static_assert(offsetof(FrameHeader, lsn) == 8 && offsetof(FrameHeader, segment) == 16 &&
              offsetof(FrameHeader, offset) == 24 && offsetof(FrameHeader, body_length) == 28 &&
              offsetof(FrameHeader, durable_lsn) == 32 && offsetof(FrameHeader, chain) == 40 &&
              offsetof(FrameHeader, body_checksum) == 48 &&
              offsetof(FrameHeader, header_checksum) == 56);

inline constexpr std::size_t frame_header_bytes = sizeof(FrameHeader);

/// Where a frame of the stream lies, and what binds it to the frame before it.
struct FramePlace {
    std::uint64_t segment = 0;
    std::uint32_t offset = 0;
    Lsn lsn = 0;
    std::uint64_t chain = 0;
};

/// The bytes a frame with such a body takes in ring and stream.
constexpr std::size_t frame_bytes(std::size_t body_bytes) noexcept {
    const std::size_t mask = limits::frame_alignment - 1;
    return (frame_header_bytes + body_bytes + mask) & ~mask;
}

constexpr std::uint64_t round_up_to_block(std::uint64_t bytes) noexcept {
    return (bytes + limits::block_bytes - 1) & ~std::uint64_t{limits::block_bytes - 1};
}

/// How far the stream advances over a frame: nothing for a footer.
inline std::uint64_t stream_bytes(const FrameHeader& header) noexcept {
    return header.type == static_cast<std::uint8_t>(FrameType::footer) ? 0 : header.length;
}

FrameHeader load_frame_header(const std::byte* from) noexcept;
void store_frame_header(std::byte* to, const FrameHeader& header) noexcept;

/// XXH3-64 seeded with the segment's salt. The salt is random and never leaves the machine, so
/// bytes that a client chose cannot be taken for a frame when recovery scans over a body.
std::uint64_t header_checksum(const FrameHeader& header, std::uint64_t salt) noexcept;
std::uint64_t body_checksum(ByteSpan behind_header, std::uint64_t salt) noexcept;

/// Completes a frame in the staging buffer: `frame` holds length, type, body length and body.
/// Gives the header checksum, which is the next frame's chain.
std::uint64_t stamp_frame(MutableByteSpan frame, const FramePlace& place, Lsn durable_lsn,
                          std::uint64_t salt) noexcept;

/// What is at a place where a frame may be, from best to worst.
enum class FrameCheck {
    valid,
    bad_body,    ///< the header is sound and belongs here; the body is not what was written
    elsewhere,   ///< a sound header of this place whose LSN or chain is another's
    bad_header,  ///< names this place, but its checksum or a bound does not hold
    absent,      ///< nothing that was ever written to this place of this segment
};

/// Looks at `bytes`, which start at `place` and end where the segment's readable bytes end or later
/// than the largest frame would.
FrameCheck check_frame(ByteSpan bytes, const FramePlace& place, std::uint64_t salt) noexcept;

/// Is this a header that was written to exactly this segment and offset, its checksum right? Says
/// nothing about LSN, chain and body.
bool is_sound_header(const FrameHeader& header, std::uint64_t segment, std::uint32_t offset,
                     std::uint64_t salt) noexcept;

}  // namespace belay::store
