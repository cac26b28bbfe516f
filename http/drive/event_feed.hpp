// From those who make events to the one who sends them: "the transition with this event is
// durable". It is on the way of every cancel that somebody listens to, so it takes no lock and no
// memory. What it cannot hold is not lost: the sender then looks through the store.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/job/ids.hpp"
#include "core/run/shard.hpp"

namespace belay::http {

class EventFeed {
  public:
    EventFeed();
    EventFeed(const EventFeed&) = delete;
    EventFeed& operator=(const EventFeed&) = delete;

    /// Any thread. Lock-free. A hint: the store says what the event is and whether it still waits.
    void tell(const job::Uuid& event) noexcept;

    // The sender's thread alone.

    /// Whom to wake while it sleeps; before anybody tells anything. It outlives the last tell().
    void wake_with(run::Shard& shard) noexcept { shard_ = &shard; }

    /// The oldest that was told.
    std::optional<job::Uuid> take() noexcept;

    /// Whether, since the last call, there may have been events that take() does not give: the
    /// store is to be looked through. True the first time: of what was there before nobody told.
    bool take_missed() noexcept;

    /// Whether either of the two above has something.
    bool has_news() const noexcept;

    /// The sender is about to sleep. False if there is something to take.
    bool about_to_sleep() noexcept;
    void woke() noexcept;

  private:
    static constexpr std::uint64_t places = 8192;  // a power of two

    /// Written by one teller and read by the sender, in turns: at number n of the queue the place
    /// is the teller's while `turn` is n, and the sender's while it is n + 1.
    struct Cell {
        std::atomic<std::uint64_t> turn;
        job::Uuid event;
    };

    std::vector<Cell> cells_;
    run::Shard* shard_ = nullptr;

    // Shared, ordered as described at each use.
    alignas(64) std::atomic<std::uint64_t> tail_{0};  ///< the next number to be told
    std::atomic<bool> missed_{true};
    std::atomic<bool> asleep_{false};

    // The sender's.
    alignas(64) std::uint64_t head_ = 0;  ///< the next number to be taken
};

}  // namespace belay::http
