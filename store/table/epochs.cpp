#include "store/table/epochs.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <new>

#include "core/base/check.hpp"
#include "store/table/stop_point.hpp"

namespace belay::store {

Epochs::~Epochs() {
    // Acquire, pairs with the release in ~Participant: what each has left behind is seen.
    for (const Slot& slot : slots_) {
        check(!slot.taken.load(std::memory_order_acquire), "epochs end after their participants");
    }
    PoolLane lane(pool_);
    Participant last(*this, lane);
    do {
        // Nobody else is there, so each call advances; an object may come back for a second step.
        last.collect();
    } while (last.waiting() != 0);
}

std::size_t Epochs::join() {
    for (std::size_t index = 0; index < slots_.size(); ++index) {
        bool free = false;
        // Acquire, pairs with the release in ~Participant: the slot's last announcement is past.
        if (slots_[index].taken.compare_exchange_strong(free, true, std::memory_order_acquire,
                                                        std::memory_order_relaxed)) {
            // Seq_cst: before this participant's first announcement in S, so that the scan of (A),
            // which comes after that, reaches the slot.
            std::size_t used = slots_used_.load(std::memory_order_seq_cst);
            BELAY_STOP_POINT("epochs.join.before_cas");
            while (used <= index &&
                   !slots_used_.compare_exchange_weak(used, index + 1, std::memory_order_seq_cst)) {
            }
            return index;
        }
    }
    check(false, "no more than limits::lanes_max participants");
    return 0;
}

void Epochs::try_advance() noexcept {
    // Seq_cst, for the single order S of the argument in the header.
    Epoch seen = epoch_.load(std::memory_order_seq_cst);
    BELAY_STOP_POINT("epochs.advance.before_scan");
    const std::size_t used = slots_used_.load(std::memory_order_seq_cst);
    for (std::size_t index = 0; index < used; ++index) {
        // Seq_cst for (A); as an acquire it pairs with the release of leaving, for (B).
        const Epoch announced = slots_[index].announced.load(std::memory_order_seq_cst);
        if (announced != outside && announced != seen) {
            return;
        }
    }
    BELAY_STOP_POINT("epochs.advance.before_cas");
    epoch_.compare_exchange_strong(seen, seen + 1, std::memory_order_seq_cst);
}

Participant::Participant(Epochs& epochs, PoolLane& pool)
    : epochs_(epochs), pool_(pool), index_(epochs.join()) {}

Participant::~Participant() {
    leave_to_others();
    // Release, pairs with the acquire of the participant that takes the slot next.
    epochs_.slots_[index_].taken.store(false, std::memory_order_release);
}

void Participant::leave_to_others() {
    check(!in_section(), "a participant goes outside of its sections");
    if (count_ == 0) {
        return;
    }
    auto* estate = new Epochs::Estate;
    estate->retired.reserve(count_);
    for (; count_ != 0; --count_) {
        estate->retired.push_back(ring_[first_]);
        first_ = (first_ + 1) & (ring_.size() - 1);
    }
    // Relaxed: the exchange below checks that it still holds.
    estate->next = epochs_.estates_.load(std::memory_order_relaxed);
    BELAY_STOP_POINT("epochs.leave_to_others.before_cas");
    // Release, pairs with the acquire in adopt_estates. Nobody takes single estates off the stack,
    // so there is no ABA.
    while (!epochs_.estates_.compare_exchange_weak(estate->next, estate, std::memory_order_release,
                                                   std::memory_order_relaxed)) {
    }
}

void Participant::enter() noexcept {
    check(!in_section(), "sections do not nest");
    if (count_ != 0 && ++sections_since_collect_ >= collect_every_sections) {
        collect(collect_most);
    }
    open();
}

void Participant::open() noexcept {
    std::atomic<Epoch>& mine = epochs_.slots_[index_].announced;
    // Relaxed: a guess, confirmed by the seq_cst pair below, which is (A) of the header.
    Epoch epoch = epochs_.epoch_.load(std::memory_order_relaxed);
    for (;;) {
        mine.store(epoch, std::memory_order_seq_cst);
        BELAY_STOP_POINT("epochs.enter.announced");
        const Epoch now = epochs_.epoch_.load(std::memory_order_seq_cst);
        if (now == epoch) {
            break;
        }
        // An advance came between; the announcement already keeps the next but one away.
        epoch = now;
    }
    announced_ = epoch;
}

void Participant::leave() noexcept {
    check(in_section(), "only an open section is left");
    announced_ = Epochs::outside;
    // Release: every read of the section comes before the frees that follow its end (see (B)).
    epochs_.slots_[index_].announced.store(Epochs::outside, std::memory_order_release);
}

void Participant::retire(void* object, void* context, Reclaim how) {
    check(in_section(), "objects are retired inside sections");
    append({object, context, how, announced_});
    if (++since_collect_ >= collect_every) {
        collect(collect_most);
    }
}

bool Participant::reserve(std::size_t count) noexcept {
    const std::size_t size = std::bit_ceil(std::max<std::size_t>(count_ + count, collect_every));
    if (size <= ring_.size()) {
        return true;
    }
    try {
        std::vector<Epochs::Retired> larger(size);
        for (std::size_t i = 0; i < count_; ++i) {
            larger[i] = ring_[(first_ + i) & (ring_.size() - 1)];
        }
        ring_ = std::move(larger);
        first_ = 0;
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void Participant::append(const Epochs::Retired& retired) {
    if (count_ == ring_.size()) {
        check(reserve(1), "no memory to remember what is retired");
    }
    ring_[(first_ + count_) & (ring_.size() - 1)] = retired;
    ++count_;
}

void Participant::adopt_estates() {
    // Relaxed: a look that spares the exchange; an estate that is missed is found the next time.
    if (epochs_.estates_.load(std::memory_order_relaxed) == nullptr) {
        return;
    }
    // Acquire, pairs with the release in leave_to_others.
    Epochs::Estate* estate = epochs_.estates_.exchange(nullptr, std::memory_order_acquire);
    BELAY_STOP_POINT("epochs.adopt.taken");
    while (estate != nullptr) {
        const std::unique_ptr<Epochs::Estate> owned(estate);
        for (Epochs::Retired retired : owned->retired) {
            // Stamped anew, which only delays it, and keeps the ring in the order of stamps.
            retired.stamp = announced_;
            append(retired);
        }
        estate = owned->next;
    }
}

bool Participant::reclaim_oldest(Epoch current) {
    if (count_ == 0 || ring_[first_].stamp + Epochs::grace > current) {
        return false;
    }
    const Epochs::Retired oldest = ring_[first_];
    first_ = (first_ + 1) & (ring_.size() - 1);
    --count_;
    oldest.how(*this, oldest.context, oldest.object);
    return true;
}

void Participant::collect(std::size_t most) {
    since_collect_ = 0;
    sections_since_collect_ = 0;
    if (collecting_) {
        return;  // called by a Reclaim that retires
    }
    collecting_ = true;
    epochs_.try_advance();
    const bool entered = !in_section();
    if (entered) {
        open();
    }
    adopt_estates();
    // Acquire (in current): the reads of all sections that the advances waited for come before.
    const Epoch current = epochs_.current();
    for (std::size_t done = 0; done < most && reclaim_oldest(current); ++done) {
    }
    if (entered) {
        leave();
    }
    collecting_ = false;
}

}  // namespace belay::store
