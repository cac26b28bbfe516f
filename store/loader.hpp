// Rebuilds the tables at a start, from a snapshot's entries and then the log's transitions, before
// any lane is open. The caller's thread reads; records and keys are dealt out by their hashes to
// shards (load_shard.hpp), each with a thread of its own. Every fact of one name goes to one shard
// in the order of the log, so what comes out does not depend on how the threads run. Private to
// store/.
#pragma once

#include <memory>
#include <vector>

#include "store/load_worker.hpp"

namespace belay::store {

class Loader {
  public:
    /// `threads`: 0 applies on the caller's thread.
    Loader(Engine& engine, std::size_t threads);

    /// Before anything else: a guess at how many records and keys will come, which spares the
    /// tables' growth. Too high a guess costs memory for good, too low a guess some growth.
    void expect(std::uint64_t records, std::uint64_t keys);

    /// A failure may be told some facts after the one that caused it.
    explained<void> apply_snapshot_entry(Lsn lsn, const Fact& fact);
    explained<void> apply_frame(ReplayedFrame& frame);

    /// After the last frame. A transition of a record that was not there must have been followed by
    /// its removal; if one was not, the log is not this snapshot's.
    explained<void> finish();

    WallTime latest_time() const noexcept { return latest_time_; }

  private:
    /// A shard's, and the batch that is being filled for it.
    struct Route {
        std::unique_ptr<LoadWorker> worker;
        std::unique_ptr<LoadBatch> batch;
    };

    explained<void> deal(Lsn lsn, const Fact& fact, bool from_snapshot);
    explained<void> join();
    void fill_index();

    Engine& engine_;
    std::vector<Route> routes_;
    std::vector<LoadShard*> shards_;  ///< after join
    WallTime latest_time_{};
};

}  // namespace belay::store
