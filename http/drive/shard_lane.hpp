// A shard's way into the store: the lane of its thread, tied to the turns of its loop (design 9).
#pragma once

#include "core/run/deadlines.hpp"
#include "core/run/shard.hpp"
#include "core/run/turn.hpp"
#include "store/store.hpp"

namespace belay::http {

/// Made before the shard runs; destroyed after it has stopped, with nothing pending.
class ShardLane final : public run::Turn, public store::Waker {
  public:
    /// Both outlive it.
    ShardLane(run::Shard& shard, store::Store& store);
    ShardLane(const ShardLane&) = delete;
    ShardLane& operator=(const ShardLane&) = delete;

    /// For operations and reads, on the shard's thread.
    store::Lane& lane() noexcept { return lane_; }

    run::Shard& shard() noexcept { return shard_; }

    // run::Turn
    void after_handler() noexcept override;
    void end_turn() noexcept override;
    bool about_to_block() noexcept override;
    void woke() noexcept override;

    // store::Waker, from the log thread
    void wake() noexcept override;

  private:
    /// Keeps the loop from sleeping through the commit timeout while something is pending.
    class Tick final : public run::Deadline {
        void expired() override {}
    };

    run::Shard& shard_;
    store::Lane lane_;
    run::DeadlineClass& tick_length_;
    Tick tick_;
};

}  // namespace belay::http
