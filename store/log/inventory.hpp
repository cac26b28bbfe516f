// Which segments there are and what of each still counts, from their names and headers alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "store/log/segment.hpp"

namespace belay::store {

/// A segment that holds frames, and the end of those that count: at or above `limit_lsn` a
/// higher-numbered segment is in force.
struct LogSegment {
    SegmentHeader header;
    Lsn limit_lsn = UINT64_MAX;

    bool is_void() const noexcept { return limit_lsn <= header.base_lsn; }
};

struct Inventory {
    /// With frames that count, by number, which is also by base LSN.
    std::vector<LogSegment> segments;
    /// With headers but nothing that counts: superseded from their base on. By number.
    std::vector<SegmentHeader> voided;
    /// Prepared and never entered. By number.
    std::vector<SegmentHeader> prepared;
    /// Names of files that an interrupted step left behind.
    std::vector<std::string> leftovers;
    std::uint64_t highest_number = 0;

    /// Does a segment hold every frame from `lsn` on, as far as headers can tell?
    bool covers(Lsn lsn) const noexcept;

    bool is_empty() const noexcept {
        return segments.empty() && voided.empty() && prepared.empty();
    }
};

/// The header of a file that has a segment's name, checked against its name and size.
/// Error::corrupt, Error::newer_format, or the disk's error; the sentence names file and offset.
explained<SegmentHeader> read_segment_header(world::Disk& disk, std::uint64_t number);

/// Reads the log directory. No directory is an empty inventory. A file with a segment's name that
/// is not a sound segment of this number and size is a failure (its header fits one sector, so no
/// crash leaves a bad one): Error::corrupt, Error::newer_format, or the disk's error.
explained<Inventory> take_inventory(world::Disk& disk, std::string_view data_directory);

}  // namespace belay::store
