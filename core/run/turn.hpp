// What somebody else does at the seams of a shard's loop. The store's binding is the first user: it
// compares the durable LSN after each handler, tells the log thread at the end of a turn, and
// announces that the shard is idle before it blocks (design 9).
#pragma once

namespace belay::run {

/// Called on the shard's own thread. Registered before the shard runs, and outlives its run.
class Turn {
  public:
    virtual ~Turn() = default;

    /// After every handler, and after all coroutines that were ready at a time, so it must be
    /// cheap: a shared load and a comparison.
    virtual void after_handler() noexcept {}

    /// At the end of a turn: before the shard blocks and after every
    /// `Shard::turn_handlers_max` handlers.
    virtual void end_turn() noexcept {}

    /// The shard has nothing to do and is going to sleep. Announce it first, then look once more at
    /// what would have woken it: false says that something is due, and the shard goes on.
    virtual bool about_to_block() noexcept { return true; }

    /// After every about_to_block(), whether the shard slept or not: takes the announcement back.
    virtual void woke() noexcept {}
};

}  // namespace belay::run
