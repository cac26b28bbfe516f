// A data directory that holds everything the format knows, for attacks on it, and the judge of what
// a start makes of an attacked copy: it refuses, with a sentence that names the file, or it has a
// state of the history in which nothing is missing that something on disk names as durable.
//
// It holds creates, moves, removals, records made again, keys claimed, forgotten and claimed again,
// transitions of several records and of records with a key, a frame that a reader may skip, frames
// of many blocks and of less than one, several in a group; segments that are full, entered, made by
// a start and prepared, the prepared one with the frames of its earlier life; marks, and where it
// was closed a footer; two generations of snapshots.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/world/disk_sim.hpp"
#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {

/// How the last process ended.
enum class LastEnd : std::uint8_t {
    idle,    ///< killed when a mark named its last group
    busy,    ///< killed before anything did
    closed,  ///< stopped cleanly
};

/// A state of the history, and how to tell it.
struct Moment {
    job::Lsn durable = 0;  ///< D in it
    std::uint64_t hash = 0;
    std::map<std::string, std::string> content;
};

enum class Verdict : std::uint8_t { refused, all_there, last_group_cut };

class AttackedLog {
  public:
    explicit AttackedLog(LastEnd end);

    /// Fails the test with `what` unless a start on `damaged` refuses in words that help, or has a
    /// state that the history allows. Leaves the disk as that start does.
    Verdict judge(world::SimDisk& damaged, const std::string& what);

    /// The same of a disk that nobody damaged, at its end after `steps` steps at least.
    Verdict judge_since(world::SimDisk& damaged, std::size_t steps, const std::string& what);

    const world::SimDisk& disk() const { return *disk_; }

    /// As it was at some time before, the oldest first; and as it came to be later.
    const std::vector<std::unique_ptr<world::SimDisk>>& earlier() const { return earlier_; }
    const world::SimDisk& later() const { return *later_; }

    /// Paths of all segments and snapshots.
    const std::vector<std::string>& files() const { return files_; }
    const std::string& last_segment() const { return last_segment_; }

    const std::vector<Moment>& moments() const { return moments_; }

  private:
    std::vector<Moment> moments_;
    std::unique_ptr<world::SimDisk> disk_;
    std::vector<std::unique_ptr<world::SimDisk>> earlier_;
    std::unique_ptr<world::SimDisk> later_;
    std::vector<std::string> files_;
    std::string last_segment_;
    std::size_t certain_ = 0;  ///< steps that every state must have
};

/// The settings of all these: the smallest segments.
Settings attacked_settings();

/// The steps of the history, and how many of them an AttackedLog holds.
inline constexpr std::size_t attacked_steps = 145;
Ask attacked_step(std::size_t number);

/// Everything that readers of this store see.
Moment moment_of(Rig& rig);

std::vector<std::byte> contents(const world::SimDisk& disk, const std::string& path);
void overwrite(world::SimDisk& disk, const std::string& path, std::uint64_t offset, ByteSpan bytes);
/// Makes the file if it is not there.
void replace(world::SimDisk& disk, const std::string& path, ByteSpan bytes);
std::vector<std::string> log_and_snapshot_files(const world::SimDisk& disk);

/// BELAY_TEST_SIZE=full: everything, else a tenth.
bool is_full_size();

}  // namespace belay::store::testing
