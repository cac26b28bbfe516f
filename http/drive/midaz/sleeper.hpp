// Lets many coroutines of one shard wait for points in time, each its own, by the shard's clock.
// (Deadlines are for one length; the waits of the connector grow and are spread.)
#pragma once

#include <map>

#include "core/run/deadlines.hpp"
#include "core/run/event.hpp"
#include "core/run/shard.hpp"

namespace belay::midaz {

/// Owned by one shard; not thread-safe. Nobody waits when it goes.
class Sleeper {
  public:
    /// How exact it is: a wait ends at most so much too late.
    static constexpr Milliseconds tick_length{20};

    explicit Sleeper(run::Shard& shard)
        : shard_(shard), ticks_(shard.deadlines().of_length(tick_length)), tick_(*this) {}

    /// Returns at `until`, or at once after wake_all().
    run::task<> sleep(world::MonotonicTime until);

    /// Ends all waits, and those that begin later.
    void wake_all() noexcept;

  private:
    class Tick final : public run::Deadline {
      public:
        explicit Tick(Sleeper& sleeper) noexcept : sleeper_(sleeper) {}

      private:
        void expired() override { sleeper_.wake_due(); }
        Sleeper& sleeper_;
    };

    void wake_due();

    run::Shard& shard_;
    run::DeadlineClass& ticks_;
    Tick tick_;
    std::multimap<world::MonotonicTime, run::Event*> waiting_;
    bool awake_ = false;
};

}  // namespace belay::midaz
