// From those whose transitions make work to the one thread that does it: "look at this record, what
// it tells is durable". It is on the way of every cancel that somebody listens to, so it takes no
// lock and no memory. What it cannot hold is not lost: the reader then looks through the store.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

#include "core/job/ids.hpp"
#include "core/run/shard.hpp"
#include "core/work/mailbox.hpp"

namespace belay::http {

class IdFeed {
  public:
    IdFeed() = default;
    IdFeed(const IdFeed&) = delete;
    IdFeed& operator=(const IdFeed&) = delete;

    /// Any thread. Lock-free. A hint: the store says what the record is and what is to be done.
    void tell(const job::Uuid& id) noexcept;

    // The reader's thread alone.

    /// Whom to wake while it sleeps; before anybody tells anything. It outlives the last tell().
    void wake_with(run::Shard& shard) noexcept { shard_ = &shard; }

    /// The oldest that was told.
    std::optional<job::Uuid> take() noexcept { return told_.pop(); }

    /// Whether, since the last call, there may have been ids that take() does not give: the
    /// store is to be looked through. True the first time: of what was there before nobody told.
    bool take_missed() noexcept;

    /// Whether either of the two above has something.
    bool has_news() const noexcept;

    /// The reader is about to sleep. False if there is something to take.
    bool about_to_sleep() noexcept;
    void woke() noexcept;

  private:
    static constexpr std::size_t places = 8192;

    work::Mailbox<job::Uuid> told_{places};
    run::Shard* shard_ = nullptr;

    // Shared, ordered as described at each use.
    std::atomic<bool> missed_{true};
    std::atomic<bool> asleep_{false};
};

}  // namespace belay::http
