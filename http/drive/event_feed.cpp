#include "http/drive/event_feed.hpp"

namespace belay::http {

EventFeed::EventFeed() : cells_(places) {
    for (std::uint64_t place = 0; place < places; ++place) {
        // relaxed: nobody else has the object yet.
        cells_[place].turn.store(place, std::memory_order_relaxed);
    }
}

void EventFeed::tell(const job::Uuid& event) noexcept {
    // relaxed: a number that is out of date only costs another round.
    std::uint64_t number = tail_.load(std::memory_order_relaxed);
    for (;;) {
        Cell& cell = cells_[number % places];
        // acquire, with the release in take(): the sender has read the event that was here.
        const std::uint64_t turn = cell.turn.load(std::memory_order_acquire);
        if (turn < number) {
            // Full. seq_cst, as below, against about_to_sleep().
            missed_.store(true, std::memory_order_seq_cst);
            break;
        }
        if (turn > number) {
            number = tail_.load(std::memory_order_relaxed);
            continue;
        }
        // relaxed: it hands out numbers; what is at them is ordered by `turn`.
        if (tail_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) {
            cell.event = event;
            // A release for take(), and seq_cst against about_to_sleep(): store, then look.
            cell.turn.store(number + 1, std::memory_order_seq_cst);
            break;
        }
    }
    // seq_cst: either this sees that the sender sleeps, or the sender sees what was told above. The
    // exchange (relaxed: it decides only who calls) leaves the system call to one of the tellers.
    if (asleep_.load(std::memory_order_seq_cst) &&
        asleep_.exchange(false, std::memory_order_relaxed)) {
        shard_->wake();
    }
}

std::optional<job::Uuid> EventFeed::take() noexcept {
    Cell& cell = cells_[head_ % places];
    // acquire, with the store in tell(): the event was written before.
    if (cell.turn.load(std::memory_order_acquire) != head_ + 1) {
        return std::nullopt;
    }
    const job::Uuid event = cell.event;
    // release, with the acquire in tell(): the event was read before another is written.
    cell.turn.store(head_ + places, std::memory_order_release);
    ++head_;
    return event;
}

bool EventFeed::take_missed() noexcept {
    // acquire, with the store in tell(): what was durable when it was told is seen in the store.
    return missed_.load(std::memory_order_relaxed) &&
           missed_.exchange(false, std::memory_order_acquire);
}

bool EventFeed::has_news() const noexcept {
    // relaxed: whoever is told so takes, and acquires.
    return cells_[head_ % places].turn.load(std::memory_order_relaxed) == head_ + 1 ||
           missed_.load(std::memory_order_relaxed);
}

bool EventFeed::about_to_sleep() noexcept {
    // seq_cst: store, then look, against tell(), which stores its event and then looks here.
    asleep_.store(true, std::memory_order_seq_cst);
    return cells_[head_ % places].turn.load(std::memory_order_seq_cst) != head_ + 1 &&
           !missed_.load(std::memory_order_seq_cst);
}

void EventFeed::woke() noexcept {
    // relaxed: a teller that still sees the sleep only wakes once too often.
    asleep_.store(false, std::memory_order_relaxed);
}

}  // namespace belay::http
