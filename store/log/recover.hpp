// The log's half of a start: finds the segments, replays them, judges the end, makes what was found
// durable, and says where to go on (store/FORMAT.md 7).
//
//   LogRecovery recovery = LogRecovery::begin(…);          reads names and headers only
//   choose a snapshot that recovery.covers() can complete  (snapshots.hpp)
//   recovery.replay(start, named, apply);                  reads; changes nothing on disk
//   RecoveredLog log = recovery.finish(…);                 writes; may be killed anywhere and run
//   again
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/world/disk.hpp"
#include "core/world/entropy.hpp"
#include "store/log/committer.hpp"
#include "store/log/facts.hpp"
#include "store/log/inventory.hpp"
#include "store/log/log_writer.hpp"
#include "store/log/reader.hpp"
#include "store/log/recovered_tail.hpp"
#include "store/log/segment_supply.hpp"
#include "store/log/tail.hpp"

namespace belay::store {

/// A transition of the log. `facts` has been validated: it reads to its end.
struct ReplayedFrame {
    Lsn lsn = 0;
    Lsn end_lsn = 0;
    WallTime time;
    FactReader facts;
};

/// Called for each transition in order; a failure ends the replay and is handed on. What `facts`
/// points to is valid during the call.
using LogApply = FunctionRef<explained<void>(ReplayedFrame& frame)>;

struct ReplaySummary {
    Lsn next_lsn = first_lsn;
    std::uint64_t frames = 0;  ///< transitions applied
    WallTime time_max;         ///< the latest time in any frame read
    TailDecision tail = TailDecision::clean_end;
    /// What was cut, if anything: for the one line that a start logs about it.
    std::uint64_t cut_bytes = 0;
    std::string cut_file;
    std::uint64_t cut_offset = 0;
};

class LogRecovery {
  public:
    /// `data_directory` is only for sentences ("belay log dump DIR"). Everything must outlive it.
    static explained<LogRecovery> begin(world::Disk& disk, std::string data_directory,
                                        Reading reading = Reading::plain);

    /// Is every frame from `start` on in the log, as far as headers tell? An empty log covers
    /// first_lsn and nothing else.
    bool covers(Lsn start) const noexcept;

    /// Reads the log from `start` (the snapshot's S, or first_lsn) to its end. `named_durable`:
    /// what the snapshot proves to have been durable (above every LSN in it), or 0.
    explained<ReplaySummary> replay(Lsn start, Lsn named_durable, LogApply apply);

    /// After a successful replay: writes the recovered tail into a new segment above all others,
    /// durably, then lets go of what holds nothing any more. Only `segment_bytes` and `direct` of
    /// the options are used here.
    explained<RecoveredLog> finish(world::Entropy& entropy, const LogOptions& options);

    const Inventory& inventory() const noexcept { return inventory_; }

  private:
    LogRecovery(world::Disk& disk, std::string data_directory, Reading reading,
                Inventory inventory);

    explained<void> check_prepared();
    explained<TailDecision> replay_segment(std::size_t index, Lsn start, LogApply apply);
    explained<void> replay_frame(const LogSegment& segment, const LogFrame& frame, Lsn start,
                                 LogApply apply);
    explained<TailDecision> judge(SegmentReader& reader, std::size_t index, bool footer);
    Failure refusal(boost::system::error_code code, std::uint64_t segment, std::uint64_t offset,
                    Lsn lsn, std::string_view what) const;

    world::Disk* disk_;
    std::string data_directory_;
    Reading reading_;
    Inventory inventory_;
    ReplaySummary summary_;
    Lsn named_lsn_ = 0;            ///< the highest D that anything read so far names
    Lsn durable_lsn_ = first_lsn;  ///< of these the highest that is the end of a frame of the log
    bool replayed_ = false;
};

}  // namespace belay::store
