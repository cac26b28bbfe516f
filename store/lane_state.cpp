#include "store/lane_state.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/base/check.hpp"

namespace belay::store {
namespace {

/// Attempts in a row before an operation goes to the end of its lane's queue: another lane's
/// pending version lasts some hundred nanoseconds unless its thread is stopped.
constexpr int attempts_in_a_row = 8;

}  // namespace

LaneState::LaneState(Engine& engine, Waker& waker, Attempts attempts)
    : engine_(engine),
      attempts_(attempts),
      pool_(engine.pool),
      participant_(engine.epochs, pool_),
      reader_(engine, participant_),
      heights_(engine.next_seed()),
      signal_(waker) {
    engine_.add_lane(signal_);
}

LaneState::~LaneState() {
    check(pending_ == 0, "a lane is closed when nothing is pending");
    engine_.remove_lane(signal_);
    settle_durable(engine_.durable());
    for (; !settlements_.empty(); settlements_.pop()) {
        engine_.inherit(settlements_.front());
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

bool LaneState::is_overdue(const Operation* operation, std::int64_t now) const noexcept {
    return operation != nullptr &&
           now - operation->submitted_at_ >=
               std::chrono::nanoseconds(engine_.settings.commit_timeout).count();
}

/// Looks at the oldest of each queue: who stands behind an older one may be told later.
bool LaneState::is_anything_overdue() {
    if (pending_ == 0) {
        return false;
    }
    const std::int64_t now = monotonic();
    const Operation* due = overdue_count_ < due_.size() ? due_[overdue_count_].operation : nullptr;
    return is_overdue(due, now) || is_overdue(roomless_.first, now) ||
           is_overdue(too_early_.first, now);
}

void LaneState::submit(Operation& operation) {
    if (pending_++ == 0) {
        seen_time_ = monotonic();
    }
    operation.submitted_at_ = seen_time_;
    if (attempts_ == Attempts::at_end_of_turn) {
        gathered_.push(operation);
    } else {
        attempt_first(operation);
    }
}

void LaneState::attempt_first(Operation& operation) {
    if (engine_.has_failed()) {
        complete(operation, Status::stopped);
        return;
    }
    Attempt outcome = attempt(operation);
    for (int more = 1; outcome == Attempt::blocked && more < attempts_in_a_row; ++more) {
        outcome = attempt(operation);
    }
    conclude(operation, outcome);
}

void LaneState::conclude(Operation& operation, Attempt outcome) {
    switch (outcome) {
        case Attempt::committed:
            due_.push({newest_seen_, &operation, {Status::committed, newest_seen_}});
            return;
        case Attempt::declined:
            if (newest_seen_ < engine_.durable()) {
                complete(operation, Status::declined);
            } else if (!due_.reserve(1)) {
                complete(operation, Status::exhausted);
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
        case Attempt::too_early:
            too_early_.push(operation);
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

bool LaneState::is_due() noexcept {
    if (blocked_.first != nullptr || roomless_.first != nullptr || engine_.has_failed()) {
        return true;
    }
    const Lsn durable = engine_.durable();
    return (!due_.empty() && due_.front().after < durable) ||
           (!settlements_.empty() && settlements_.front().after < durable) ||
           too_early_until_ < durable;
}

void LaneState::poll(std::size_t answers_max) {
    if (engine_.has_failed()) {
        stop_everything();
        return;
    }
    const Lsn durable = engine_.durable();
    settle_durable(durable);
    answer(durable, answers_max);
    if (pending_ != 0) {
        seen_time_ = monotonic();
        give_up_overdue(seen_time_);
        decide_again(durable, seen_time_);
    }
}

void LaneState::settle_durable(Lsn durable) {
    if (settlements_.empty() || settlements_.front().after >= durable) {
        return;
    }
    const Section section(participant_);
    while (!settlements_.empty() && settlements_.front().after < durable) {
        settle(engine_, participant_, settlements_.front());
        settlements_.pop();
    }
}

void LaneState::answer(Lsn durable, std::size_t answers_max) {
    for (; answers_max > 0 && !due_.empty() && due_.front().after < durable; --answers_max) {
        const Due due = due_.front();
        due_.pop();
        if (due_.size() > 1) {
            // It was put down some milliseconds ago: the next but one is on its way meanwhile.
            __builtin_prefetch(due_[1].operation);
        }
        if (due.operation == nullptr) {
            --overdue_count_;  // it was told already that its outcome is unknown
        } else {
            complete(*due.operation, due.receipt.status, due.receipt.lsn);
        }
    }
}

void LaneState::decide_again(Lsn durable, std::int64_t now) {
    const bool is_time = too_early_until_ < durable || is_overdue(too_early_.first, now);
    if (blocked_.first == nullptr && roomless_.first == nullptr && !is_time) {
        return;
    }
    // An entry that is dying keeps its successor waiting until it is reclaimed.
    participant_.collect();
    Operation* lists[] = {blocked_.take_all(), roomless_.take_all(), nullptr};
    if (is_time) {
        lists[2] = too_early_.take_all();
        too_early_until_ = never;
    }
    for (Operation* operation : lists) {
        while (operation != nullptr) {
            Operation* next = operation->next_;
            if (is_overdue(operation, now)) {
                complete(*operation, Status::exhausted);
            } else {
                conclude(*operation, attempt(*operation));
            }
            operation = next;
        }
    }
}

void LaneState::give_up_overdue(std::int64_t now) {
    while (overdue_count_ < due_.size() && is_overdue(due_[overdue_count_].operation, now)) {
        Operation& operation = *std::exchange(due_[overdue_count_].operation, nullptr);
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
    for (Operation* operation :
         {gathered_.take_all(), blocked_.take_all(), roomless_.take_all(), too_early_.take_all()}) {
        while (operation != nullptr) {
            Operation* next = operation->next_;
            complete(*operation, Status::stopped);
            operation = next;
        }
    }
}

void LaneState::end_turn() {
    attempt_gathered();
    if (std::exchange(published_, false)) {
        engine_.ring_doorbell();
    }
}

void LaneState::collect_all() {
    Epoch before = 0;
    while (participant_.waiting() != 0 && engine_.epochs.current() != before) {
        before = engine_.epochs.current();
        participant_.collect();
    }
    // Somebody is in a section. Who waits for a removal that is among these must not wait for us.
    participant_.leave_to_others();
}

bool LaneState::about_to_sleep() {
    end_turn();
    if (engine_.has_failed()) {
        return pending_ == 0;
    }
    if (pending_ == 0) {
        collect_all();  // the sleep may be long, and nobody else frees what is retired here
    } else {
        participant_.collect();
    }
    if (blocked_.first != nullptr) {
        std::this_thread::yield();
        return false;
    }
    if (is_anything_overdue()) {
        return false;
    }
    if (roomless_.first != nullptr) {
        // seq_cst, with Engine::space_freed: announced before the look that follows.
        signal_.wants_room.store(true, std::memory_order_seq_cst);
        if (engine_.ring().register_waiter_and_admit(room_wanted_)) {
            return false;
        }
    }
    const Lsn after = std::min(due_.empty() ? never : due_.front().after, too_early_until_);
    if (after == never) {
        return true;
    }
    // seq_cst, with Engine::durable: announced before D is read.
    signal_.wanted.store(after, std::memory_order_seq_cst);
    return engine_.durable() <= after;
}

void LaneState::woke() {
    // Relaxed: a wake that is on its way all the same costs one idle turn.
    signal_.wanted.store(0, std::memory_order_relaxed);
    signal_.wants_room.store(false, std::memory_order_relaxed);
}

}  // namespace belay::store
