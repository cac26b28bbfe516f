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

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/world/disk.hpp"
#include "store/log/facts.hpp"
#include "store/log/file_window.hpp"
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
/// The name that a snapshot has until it is whole: "….snapshot.new".
std::string snapshot_temporary_path(Lsn start_lsn);
/// The S in a name (without the directory) that snapshot_path makes; nothing else is taken.
std::optional<Lsn> parse_snapshot_name(std::string_view name);
bool is_snapshot_temporary_name(std::string_view name);

/// Streams a snapshot into a temporary file. Not thread-safe. Order: begin, add…, finish, install.
/// Destroyed without install, it leaves the temporary file, which the next begin or start removes.
class SnapshotWriter {
  public:
    /// `info.entries` and `info.highest_lsn` are counted, not taken.
    static result<SnapshotWriter> begin(world::Disk& disk, const SnapshotInfo& info);

    result<void> add(Lsn lsn, const Fact& fact);

    /// Writes the footer, syncs, reads the whole file back and verifies it. What it gives says
    /// which LSN must be durable (all of its frame) before install may be called.
    explained<SnapshotInfo> finish();

    /// Gives the file its name, durably. After finish.
    result<void> install();

    /// Of the file so far.
    std::uint64_t bytes() const noexcept { return offset_; }

  private:
    SnapshotWriter(world::Disk& disk, std::unique_ptr<world::File> file, const SnapshotInfo& info);

    result<void> write_block(std::uint32_t kind);
    result<void> append(ByteSpan bytes);

    world::Disk* disk_;
    std::unique_ptr<world::File> file_;
    SnapshotInfo info_;
    std::string block_;  ///< the block being filled, room for its header first
    std::uint32_t block_entries_ = 0;
    std::uint64_t block_index_ = 0;
    std::uint64_t offset_ = 0;
    bool verified_ = false;
};

/// Called for each entry; views are valid during the call. A failure ends the reading.
using SnapshotApply = FunctionRef<explained<void>(Lsn lsn, const Fact& fact)>;

/// Reads a whole snapshot file, verifying as it goes: entries are handed over before the end is
/// known to be sound, so a caller that cannot undo verifies first (verify_snapshot).
/// Error::corrupt, Error::newer_format, the disk's error, or what `apply` gave.
explained<SnapshotInfo> read_snapshot(world::Disk& disk, std::string_view path, SnapshotApply apply,
                                      Reading reading = Reading::plain);

/// The same without looking at entries.
explained<SnapshotInfo> verify_snapshot(world::Disk& disk, std::string_view path,
                                        Reading reading = Reading::plain);

/// How many entries the footer of a snapshot speaks of, before anything of the file is verified:
/// for guesses alone. 0 if it cannot be told, or is more than a file of that size can have. An
/// error is the disk's, of the read: where reading fails nothing is guessed.
result<std::uint64_t> count_snapshot_entries(world::Disk& disk, std::string_view path);

}  // namespace belay::store
