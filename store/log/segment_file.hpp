// Segments as files: making them, recycling them, opening them for writing.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "store/log/segment.hpp"

namespace belay::store {

/// A segment that is open for writing.
struct OpenSegment {
    SegmentHeader header;
    std::unique_ptr<world::File> file;
    bool direct = false;  ///< each write is durable when it returns
};

/// Opens an existing file for writing, direct if asked for and the file system can; else each write
/// is followed by sync.
result<std::unique_ptr<world::File>> open_for_writing(world::Disk& disk, std::string_view path,
                                                      world::Open mode, bool want_direct,
                                                      bool& direct);

/// Called after each piece of a long write that nobody waits for, to leave the disk to others.
using Rest = FunctionRef<void()>;

/// Makes a file of zeros under the temporary name of `number`, its bytes and size durable.
/// It has no header yet, and its name is not durable.
result<OpenSegment> make_segment_file(world::Disk& disk, std::uint64_t number, std::uint64_t size,
                                      bool want_direct, Rest rest);

/// Takes a file that nobody needs for a new number: from its name to the temporary name of
/// `number`, durably, before a byte of it is changed. What it held stays in it; place and salt tell
/// it from what will be written.
result<OpenSegment> recycle_segment_file(world::Disk& disk, std::string_view from,
                                         std::uint64_t number, std::uint64_t size,
                                         bool want_direct);

/// Writes header and both marks, durably.
result<void> write_segment_head(OpenSegment& segment, Lsn durable_lsn);

/// Gives a whole segment its final name, durably.
result<void> name_segment(world::Disk& disk, std::uint64_t number);

}  // namespace belay::store
