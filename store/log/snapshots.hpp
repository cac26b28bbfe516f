// The snapshot directory: which of its files a start uses, and which it keeps.
//
// Two generations are kept, and the log back to the older one's S, so that one bad snapshot loses
// nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "store/log/snapshot.hpp"

namespace belay::store {

/// The S of every snapshot file, newest first.
result<std::vector<Lsn>> list_snapshots(world::Disk& disk);

/// What to start from.
struct SnapshotChoice {
    SnapshotInfo info;  ///< start_lsn is first_lsn and `path` empty if there is none to read
    std::string path;
    std::string warning;  ///< not empty if a newer one was bad and has been set aside
};

/// Whether a snapshot is read, every byte of it, before it is chosen.
enum class SnapshotCheck : std::uint8_t {
    whole,
    /// The newest that the log can complete is given as it stands, with nothing but start_lsn in
    /// its info, and nothing is set aside: for a caller that reads it next, can undo what it made
    /// of it, and then chooses again.
    none,
};

/// The newest sound snapshot that the log can complete (`log_covers(S)`); without any, the
/// beginning of the log. A bad newer one is set aside (renamed to "….bad") only if what is older
/// loses nothing, else: a failure. Removes what an interrupted snapshot left.
explained<SnapshotChoice> choose_snapshot(world::Disk& disk, FunctionRef<bool(Lsn)> log_covers,
                                          std::string_view data_directory,
                                          Reading reading = Reading::plain,
                                          SnapshotCheck check = SnapshotCheck::whole);

/// Removes all but the two newest. Gives the S of the older of the two: log segments below it are
/// needed no more (SegmentSupply::release_below); first_lsn if there are fewer than two.
result<Lsn> prune_snapshots(world::Disk& disk);

}  // namespace belay::store
