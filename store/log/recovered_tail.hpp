// The writing half of a recovery: the end of the log, made durable in a segment of its own
// (store/FORMAT.md 7).
//
// After a crash the page cache may show bytes that the disk lacks, and the last segment may end in
// half a group. So nothing is ever written behind an end that was found: what is not known to be
// durable is copied into a new segment, which supersedes every older one from there on.
#pragma once

#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "core/world/entropy.hpp"
#include "store/log/file_window.hpp"
#include "store/log/inventory.hpp"
#include "store/log/log_writer.hpp"

namespace belay::store {

struct LogEnd {
    Lsn end_lsn = first_lsn;      ///< x
    Lsn durable_lsn = first_lsn;  ///< the highest D that is known; at most x
};

/// Everything that a LogWriter starts from.
struct RecoveredLog {
    LogPosition position;
    OpenSegment current;
    /// Full segments. Those that hold nothing that counts have end_lsn 0: the supply recycles them.
    std::vector<SegmentExtent> sealed;
    std::uint64_t next_number = 0;
};

/// May be killed at any point and run again. A short log is copied whole from the last segment's
/// base on, so that restarts with little traffic between them do not pile up segments.
explained<RecoveredLog> write_recovered_tail(world::Disk& disk, world::Entropy& entropy,
                                             const LogOptions& options, const Inventory& inventory,
                                             const LogEnd& end, Reading reading);

}  // namespace belay::store
