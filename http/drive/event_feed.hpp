// From those who make events to the one who sends them: "the transition with this event is
// durable". It is on the way of every cancel that somebody listens to, so it takes no lock and no
// memory. What it cannot hold is not lost: the sender then looks through the store.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

#include "core/job/ids.hpp"
#include "core/run/shard.hpp"
#include "core/work/mailbox.hpp"

namespace belay::http {

class EventFeed {
  public:
    EventFeed() = default;
    EventFeed(const EventFeed&) = delete;
    EventFeed& operator=(const EventFeed&) = delete;

    /// Any thread. Lock-free. A hint: the store says what the event is and whether it still waits.
    void tell(const job::Uuid& event) noexcept;

    // The sender's thread alone.

    /// Whom to wake while it sleeps; before anybody tells anything. It outlives the last tell().
    void wake_with(run::Shard& shard) noexcept { shard_ = &shard; }

    /// The oldest that was told.
    std::optional<job::Uuid> take() noexcept { return told_.pop(); }

    /// Whether, since the last call, there may have been events that take() does not give: the
    /// store is to be looked through. True the first time: of what was there before nobody told.
    bool take_missed() noexcept;

    /// Whether either of the two above has something.
    bool has_news() const noexcept;

    /// The sender is about to sleep. False if there is something to take.
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
