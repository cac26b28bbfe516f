// What a segment file looks like: its name, its header block, its two mark slots (store/FORMAT.md
// 2). Pure bytes; segment_file.hpp does the reading and writing.
//
//   block 0   header          block 1   mark slot 0
//   block 2   mark slot 1     block 3…  groups of frames, each beginning on a block
//
// Header and marks are smaller than a 512-byte sector, so a torn write leaves the old one or the
// new one: an unreadable header or mark is never the trace of a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "store/log/frame.hpp"

namespace belay::store {

inline constexpr std::string_view log_directory = "log";
inline constexpr std::uint32_t log_format_version = 1;
inline constexpr std::uint32_t segment_data_offset = 3 * limits::block_bytes;
inline constexpr std::uint64_t segment_bytes_min =
    segment_data_offset + round_up_to_block(limits::frame_bytes_max);
/// Offsets in a segment are 32 bits.
inline constexpr std::uint64_t segment_bytes_max = std::uint64_t{1} << 31;

/// "log/00000000000000000007.segment"
std::string segment_path(std::uint64_t number);
/// The name that a segment has until it is whole: "log/00000000000000000007.segment.new". Whatever
/// carries such a name at start is removed.
std::string segment_temporary_path(std::uint64_t number);
/// The number in a name (without the directory) that segment_path makes; nothing else is taken.
std::optional<std::uint64_t> parse_segment_name(std::string_view name);
bool is_segment_temporary_name(std::string_view name);

/// Fixed on disk for ever. Last used: 3.
enum class SegmentState : std::uint32_t {
    prepared = 1,   ///< holds nothing; base, chain and durable are zero
    continued = 2,  ///< goes on where segment `previous` ends, all of which is durable
    recovered =
        3,  ///< made by a recovery: from `base_lsn` on, every lower-numbered segment is void
};

struct SegmentHeader {
    SegmentState state = SegmentState::prepared;
    std::uint64_t number = 0;    ///< as in the name; never used twice
    std::uint64_t previous = 0;  ///< the segment that holds the frame before base_lsn; 0: none
    std::uint64_t size = 0;      ///< of the file
    std::uint64_t salt = 0;      ///< seeds the checksums of its frames
    Lsn base_lsn = 0;            ///< of its first frame
    std::uint64_t chain = 0;     ///< header checksum of the frame before base_lsn; 0 at first_lsn
    /// Everything below this is durable: base_lsn, or the end of what the recovery wrote here.
    Lsn durable_lsn = 0;

    friend bool operator==(const SegmentHeader&, const SegmentHeader&) = default;
};

/// Fills a block.
void encode_segment_header(const SegmentHeader& header, MutableByteSpan block) noexcept;

/// Error::corrupt if it is not a header or its checksum does not hold; Error::newer_format.
result<SegmentHeader> decode_segment_header(ByteSpan block) noexcept;

/// Says how far the log is durable where no later group says it.
struct Mark {
    std::uint64_t sequence = 0;  ///< counts up; the slot is sequence % 2
    Lsn durable_lsn = 0;
    /// Not 0: the segment is full and the log goes on in that one, whose header is on disk.
    std::uint64_t next_segment = 0;

    friend bool operator==(const Mark&, const Mark&) = default;
};

constexpr std::uint32_t mark_offset(std::uint64_t sequence) noexcept {
    return static_cast<std::uint32_t>(limits::block_bytes * (1 + sequence % 2));
}

/// Fills a block with a mark of segment `number`.
void encode_mark(const Mark& mark, const SegmentHeader& segment, MutableByteSpan block) noexcept;

/// Error::corrupt unless it is a mark of that very segment and slot.
result<Mark> decode_mark(ByteSpan block, const SegmentHeader& segment, std::uint32_t slot) noexcept;

}  // namespace belay::store
