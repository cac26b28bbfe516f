#include "store/blocking_lane.hpp"

namespace belay::store {
namespace {

// A lane that waits for the commit timeout must look at the clock (Lane::about_to_sleep).
constexpr std::chrono::milliseconds sleep_max(100);

}  // namespace

void BlockingLane::SleepWaker::wake() noexcept {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    condition_.notify_one();
}

void BlockingLane::SleepWaker::sleep() {
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, sleep_max, [this] { return woken_; });
    woken_ = false;
}

BlockingLane::BlockingLane(Store& store) : store_(store), lane_(store.open_lane(waker_)) {}

void BlockingLane::run(Operation& operation) {
    lane_.submit(operation);
    lane_.end_turn();
    while (lane_.pending() != 0) {
        if (store_.is_single_threaded()) {
            store_.pump();
        } else if (lane_.about_to_sleep()) {
            waker_.sleep();
        }
        lane_.woke();
        lane_.poll();
        lane_.end_turn();
    }
    // The thread may be away for long: what was removed is to be gone for the others.
    lane_.about_to_sleep();
    lane_.woke();
}

}  // namespace belay::store
