// Rebuilds the tables at a start, from a snapshot's entries and then the log's transitions. One
// thread, before any lane is open. Private to store/.
#pragma once

#include <set>
#include <string>

#include "store/engine.hpp"

namespace belay::store {

class Loader {
  public:
    explicit Loader(Engine& engine);

    explained<void> apply_snapshot_entry(Lsn lsn, const Fact& fact);
    explained<void> apply_frame(ReplayedFrame& frame);

    /// After the last frame. A transition of a record that was not there must have been followed by
    /// its removal; if one was not, the log is not this snapshot's.
    explained<void> finish();

    WallTime latest_time() const noexcept { return latest_time_; }

  private:
    explained<void> apply(Lsn lsn, const Fact& fact, bool from_snapshot);
    explained<void> replace(Lsn lsn, const Fact& fact, Entry& entry);
    Entry* find(const Fact& fact);
    Looked<Entry> find_or_make(const Fact& fact);
    Entry* make(const Fact& fact);
    void remove(const Fact& fact, Entry& entry, const Version& tombstone);
    explained<void> check_kind(const Fact& fact) const;
    static std::string name_of(const Fact& fact);

    Engine& engine_;
    PoolLane pool_;
    Participant participant_;
    Heights heights_;
    WallTime latest_time_{};
    /// What a transition moved though it was not there; it must be removed later in the log.
    std::set<std::string> missing_;
};

}  // namespace belay::store
