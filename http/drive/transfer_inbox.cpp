#include "http/drive/transfer_inbox.hpp"

#include <utility>

namespace belay::http {

TransferInbox::TransferInbox() = default;

void TransferInbox::offer(const job::Uuid& transfer) noexcept {
    if (!offered_.push(transfer)) {
        // seq_cst: store, then look, as in Mailbox::push, against about_to_sleep().
        missed_.store(true, std::memory_order_seq_cst);
    }
    wake();
}

void TransferInbox::told(world::RailNews news) {
    {
        const std::lock_guard guard(mutex_);
        news_.push_back(std::move(news));
        // seq_cst: as above.
        has_news_.store(true, std::memory_order_seq_cst);
    }
    wake();
}

void TransferInbox::wake() noexcept {
    // seq_cst: either this sees that the worker sleeps, or the worker sees what was stored before.
    // The exchange (relaxed: it decides only who calls) leaves the call to one of the tellers.
    if (asleep_.load(std::memory_order_seq_cst) &&
        asleep_.exchange(false, std::memory_order_relaxed)) {
        const std::lock_guard guard(mutex_);
        if (waker_ != nullptr) {
            waker_->wake();
        }
    }
}

bool TransferInbox::take_missed() noexcept {
    // acquire, with the store in offer(): what was durable when it was offered is seen in the
    // store.
    return missed_.load(std::memory_order_relaxed) &&
           missed_.exchange(false, std::memory_order_acquire);
}

void TransferInbox::take_news(std::vector<world::RailNews>& to) {
    to.clear();
    // relaxed: what is missed here is seen before the worker sleeps.
    if (has_news_.load(std::memory_order_relaxed)) {
        const std::lock_guard guard(mutex_);
        news_.swap(to);
        has_news_.store(false, std::memory_order_relaxed);
    }
}

bool TransferInbox::about_to_sleep(store::Waker& waker) {
    {
        const std::lock_guard guard(mutex_);
        waker_ = &waker;
    }
    // seq_cst: store, then look, against offer() and told(), which store and then look here.
    asleep_.store(true, std::memory_order_seq_cst);
    return offered_.empty() && !missed_.load(std::memory_order_seq_cst) &&
           !has_news_.load(std::memory_order_seq_cst);
}

void TransferInbox::woke() noexcept {
    // relaxed: a teller that still sees the sleep only wakes once too often.
    asleep_.store(false, std::memory_order_relaxed);
    const std::lock_guard guard(mutex_);
    waker_ = nullptr;
}

}  // namespace belay::http
