// Who may go: at most so many at once, of one subject one at a time, in the order in which they
// came.
#pragma once

#include <cstddef>
#include <list>
#include <set>

#include "core/job/ids.hpp"
#include "core/run/event.hpp"
#include "core/run/shard.hpp"

namespace belay::midaz {

/// Owned by one shard; not thread-safe. Nobody is inside or waits when it goes.
class Turns {
  public:
    Turns(run::Shard& shard, std::size_t inside_max) noexcept
        : shard_(shard), inside_max_(inside_max) {}

    /// Waits until it may. leave() must follow.
    run::task<> enter(const job::Uuid& subject);
    void leave(const job::Uuid& subject);

    std::size_t inside() const noexcept { return inside_.size(); }
    std::size_t waiting() const noexcept { return waiting_.size(); }

  private:
    struct Waiting {
        job::Uuid subject;
        run::Event* admitted;
    };

    run::Shard& shard_;
    const std::size_t inside_max_;
    std::set<job::Uuid> inside_;
    std::list<Waiting> waiting_;
};

}  // namespace belay::midaz
