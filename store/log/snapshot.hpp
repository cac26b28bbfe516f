// Snapshot files: every live version as of some moment at or after S, so that a start replays the
// log from S instead of from the beginning (store/FORMAT.md 8).
//
// A snapshot is a walk over moving tables: an entry may be newer than S. Replay skips a fact whose
// LSN is not above the record's, so that does no harm as long as everything in it is durable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/world/disk.hpp"
#include "store/log/facts.hpp"
#include "store/log/frame.hpp"

namespace belay::store {

inline constexpr std::string_view snapshot_directory = "snapshot";
inline constexpr std::uint32_t snapshot_format_version = 1;

struct SnapshotInfo {
    Lsn start_lsn = 0;       ///< S
    WallTime time;           ///< of the store when the walk began
    std::uint64_t seed = 0;  ///< the store's own (of its hash tables); kept, not interpreted
    std::uint64_t entries = 0;
    Lsn highest_lsn = 0;  ///< of any entry
};

/// "snapshot/00000000000000000064.snapshot"
std::string snapshot_path(Lsn start_lsn);
std::optional<Lsn> parse_snapshot_name(std::string_view name);

/// Streams a snapshot into a temporary file. Not thread-safe. Order: begin, add…, finish, install.
/// Destroyed without install, it leaves the temporary file, which the next begin or start removes.
class SnapshotWriter {
  public:
    /// `info.entries` and `info.highest_lsn` are counted, not taken.
    static result<SnapshotWriter> begin(world::Disk& disk, const SnapshotInfo& info);

    result<void> add(Lsn lsn, const Fact& fact);

    /// Writes the footer, syncs, reads the whole file back and verifies it. What it gives says
    /// which LSN must be durable (all of its frame) before install may be called.
    result<SnapshotInfo> finish();

    /// Gives the file its name, durably.
    result<void> install();

  private:
    SnapshotWriter(world::Disk& disk, std::unique_ptr<world::File> file, const SnapshotInfo& info);

    result<void> write_block(std::uint32_t kind);

    world::Disk* disk_;
    std::unique_ptr<world::File> file_;
    SnapshotInfo info_;
    std::string block_;  ///< the block being filled, room for its header first
    std::uint32_t block_entries_ = 0;
    std::uint64_t block_index_ = 0;
    std::uint64_t offset_ = 0;
};

/// Called for each entry; views are valid during the call. A failure ends the reading.
using SnapshotApply = FunctionRef<explained<void>(Lsn lsn, const Fact& fact)>;

/// Reads a whole snapshot file, verifying as it goes: entries are handed over before the end is
/// known to be sound, so a caller that cannot undo verifies first (verify_snapshot).
/// Error::corrupt, Error::newer_format, the disk's error, or what `apply` gave.
explained<SnapshotInfo> read_snapshot(world::Disk& disk, std::string_view path,
                                      SnapshotApply apply);

/// The same without looking at entries.
explained<SnapshotInfo> verify_snapshot(world::Disk& disk, std::string_view path);

/// The S of every snapshot file, newest first.
result<std::vector<Lsn>> list_snapshots(world::Disk& disk);

/// What to start from.
struct SnapshotChoice {
    SnapshotInfo info;  ///< start_lsn is first_lsn and `path` empty if there is none to read
    std::string path;
    std::string warning;  ///< not empty if a newer one was bad and has been set aside
};

/// The newest sound snapshot that the log can complete (`log_covers(S)`); without any, the
/// beginning of the log. A bad newer one is set aside (renamed to "….bad") only if what is older
/// loses nothing, else: a failure. Removes temporary files.
explained<SnapshotChoice> choose_snapshot(world::Disk& disk, FunctionRef<bool(Lsn)> log_covers,
                                          std::string_view data_directory);

/// Removes all but the two newest. Gives the S of the older of the two: log segments below it are
/// needed no more (SegmentSupply::release_below); first_lsn if there are fewer than two.
result<Lsn> prune_snapshots(world::Disk& disk);

}  // namespace belay::store
