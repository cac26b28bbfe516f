#include "http/drive/id_feed.hpp"

namespace belay::http {

void IdFeed::tell(const job::Uuid& id) noexcept {
    if (!told_.push(id)) {
        // seq_cst: store, then look, as in Mailbox::push, against about_to_sleep().
        missed_.store(true, std::memory_order_seq_cst);
    }
    // seq_cst: either this sees that the reader sleeps, or the reader sees what was told above. The
    // exchange (relaxed: it decides only who calls) leaves the system call to one of the tellers.
    if (asleep_.load(std::memory_order_seq_cst) &&
        asleep_.exchange(false, std::memory_order_relaxed)) {
        shard_->wake();
    }
}

bool IdFeed::take_missed() noexcept {
    // acquire, with the store in tell(): what was durable when it was told is seen in the store.
    return missed_.load(std::memory_order_relaxed) &&
           missed_.exchange(false, std::memory_order_acquire);
}

bool IdFeed::has_news() const noexcept {
    // relaxed: what is missed here is seen before the reader sleeps.
    return !told_.empty() || missed_.load(std::memory_order_relaxed);
}

bool IdFeed::about_to_sleep() noexcept {
    // seq_cst: store, then look, against tell(), which stores and then looks here.
    asleep_.store(true, std::memory_order_seq_cst);
    return told_.empty() && !missed_.load(std::memory_order_seq_cst);
}

void IdFeed::woke() noexcept {
    // relaxed: a teller that still sees the sleep only wakes once too often.
    asleep_.store(false, std::memory_order_relaxed);
}

}  // namespace belay::http
