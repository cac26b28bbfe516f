#include "store/lane_state.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace belay::store {
namespace {

/// Attempts in a row before an operation goes to the end of its lane's queue: another lane's
/// pending version lasts some hundred nanoseconds unless its thread is stopped.
constexpr int attempts_in_a_row = 8;

}  // namespace

LaneState::LaneState(Engine& engine, Waker& waker)
    : engine_(engine),
      pool_(engine.pool),
      participant_(engine.epochs, pool_),
      heights_(engine.next_seed()),
      signal_(waker) {
    engine_.add_lane(signal_);
}

LaneState::~LaneState() {
    check(pending_ == 0, "a lane is closed when nothing is pending");
    engine_.remove_lane(signal_);
    settle(engine_.durable());
    // What is left was published and is not durable: the log has failed, or the store is going down
    // as after a kill. Readers go on seeing the versions that were to be replaced.
    for (; !settlements_.empty(); settlements_.pop()) {
        if (settlements_.front().replaced != nullptr) {
            engine_.inherit(settlements_.front().replaced);
        }
    }
}

void LaneState::WaitingList::push(Operation& operation) noexcept {
    operation.next_ = nullptr;
    (first == nullptr ? first : last->next_) = &operation;
    last = &operation;
}

Operation* LaneState::WaitingList::take_all() noexcept {
    last = nullptr;
    return std::exchange(first, nullptr);
}

std::int64_t LaneState::monotonic() const {
    return engine_.clock.monotonic().time_since_epoch().count();
}

bool LaneState::is_overdue(const Operation& operation, std::int64_t now) const noexcept {
    return now - operation.submitted_at_ >=
           std::chrono::nanoseconds(engine_.settings.commit_timeout).count();
}

void LaneState::submit(Operation& operation) {
    ++pending_;
    operation.submitted_at_ = monotonic();
    if (engine_.has_failed()) {
        complete(operation, Status::stopped);
        return;
    }
    Attempt outcome = attempt(operation);
    for (int more = 1; outcome == Attempt::blocked && more < attempts_in_a_row; ++more) {
        outcome = attempt(operation);
    }
    settle_attempt(operation, outcome);
}

void LaneState::settle_attempt(Operation& operation, Attempt outcome) {
    switch (outcome) {
        case Attempt::committed:
            due_.push({newest_seen_, &operation, {Status::committed, newest_seen_}});
            return;
        case Attempt::declined:
            if (newest_seen_ < engine_.durable()) {
                complete(operation, Status::declined);
            } else {
                const Lsn before = due_.empty() ? 0 : due_.back().after;
                due_.push({std::max(newest_seen_, before), &operation, {Status::declined, 0}});
            }
            return;
        case Attempt::blocked:
            blocked_.push(operation);
            return;
        case Attempt::no_room:
            roomless_.push(operation);
            return;
        case Attempt::exhausted:
            complete(operation, Status::exhausted);
            return;
    }
}

void LaneState::complete(Operation& operation, Status status, Lsn lsn) {
    --pending_;
    operation.done({status, lsn});
}

void LaneState::poll() {
    if (engine_.has_failed()) {
        stop_everything();
        return;
    }
    const Lsn durable = engine_.durable();
    settle(durable);
    answer(durable);
    if (blocked_.first != nullptr || roomless_.first != nullptr) {
        decide_again();
    }
}

void LaneState::settle(Lsn durable) {
    if (settlements_.empty() || settlements_.front().after >= durable) {
        return;
    }
    const Section section(participant_);
    while (!settlements_.empty() && settlements_.front().after < durable) {
        const Settlement settlement = settlements_.front();
        settlements_.pop();
        if (settlement.record != nullptr) {
            leave_lists(settlement.record->id, settlement.replaced->bytes());
            engine_.records.kill(participant_, *settlement.record, settlement.tombstone);
        }
        if (settlement.key != nullptr) {
            engine_.keys.kill(participant_, *settlement.key, settlement.tombstone);
        }
        if (settlement.replaced != nullptr) {
            Version::retire(participant_, settlement.replaced);
        }
    }
}

void LaneState::leave_lists(const job::RecordId& id, ByteSpan value) {
    for (const job::ListId& list : engine_.schema.memberships(id.kind, value)) {
        engine_.index.erase(participant_, list, id.id);
    }
}

void LaneState::answer(Lsn durable) {
    while (!due_.empty() && due_.front().after < durable) {
        const Due due = due_.front();
        due_.pop();
        if (due.operation == nullptr) {
            --overdue_count_;  // it was told already that its outcome is unknown
        } else {
            complete(*due.operation, due.receipt.status, due.receipt.lsn);
        }
    }
}

void LaneState::decide_again() {
    // An entry that is dying keeps its successor waiting until it is reclaimed.
    participant_.collect();
    Operation* lists[] = {blocked_.take_all(), roomless_.take_all()};
    const std::int64_t now = monotonic();
    for (Operation* operation : lists) {
        while (operation != nullptr) {
            Operation* next = operation->next_;
            if (is_overdue(*operation, now)) {
                complete(*operation, Status::exhausted);
            } else {
                settle_attempt(*operation, attempt(*operation));
            }
            operation = next;
        }
    }
}

void LaneState::give_up_overdue() {
    const std::int64_t now = monotonic();
    while (overdue_count_ < due_.size()) {
        Due& due = due_[overdue_count_];
        if (!is_overdue(*due.operation, now)) {
            return;
        }
        Operation& operation = *std::exchange(due.operation, nullptr);
        ++overdue_count_;
        complete(operation, Status::unknown);
    }
}

void LaneState::stop_everything() {
    while (!due_.empty()) {
        const Due due = due_.front();
        due_.pop();
        if (due.operation != nullptr) {
            complete(*due.operation, Status::stopped);
        }
    }
    overdue_count_ = 0;
    for (Operation* operation : {blocked_.take_all(), roomless_.take_all()}) {
        while (operation != nullptr) {
            Operation* next = operation->next_;
            complete(*operation, Status::stopped);
            operation = next;
        }
    }
}

void LaneState::end_turn() {
    if (std::exchange(published_, false)) {
        engine_.ring_doorbell();
    }
}

bool LaneState::about_to_sleep() {
    end_turn();
    if (engine_.has_failed()) {
        return pending_ == 0;
    }
    give_up_overdue();
    participant_.collect();
    if (blocked_.first != nullptr) {
        std::this_thread::yield();
        return false;
    }
    if (roomless_.first != nullptr) {
        // seq_cst, with Engine::space_freed: announced before the look that follows.
        signal_.wants_room.store(true, std::memory_order_seq_cst);
        if (engine_.ring().register_waiter_and_admit(room_wanted_)) {
            return false;
        }
    }
    if (due_.empty()) {
        return true;
    }
    const Lsn after = due_.front().after;
    signal_.wanted.store(after, std::memory_order_seq_cst);
    return engine_.durable() <= after;
}

void LaneState::woke() {
    // Relaxed: a wake that is on its way all the same costs one idle turn.
    signal_.wanted.store(0, std::memory_order_relaxed);
    signal_.wants_room.store(false, std::memory_order_relaxed);
}

}  // namespace belay::store
