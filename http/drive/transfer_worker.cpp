#include "http/drive/transfer_worker.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/base/check.hpp"

namespace belay::http {
namespace {

/// The worker looks at the clock so often, whatever it was told: a lane with something pending must
/// (store::Lane::about_to_sleep), and clocks may be moved.
constexpr Milliseconds sleep_max(50);

class SleepWaker final : public store::Waker {
  public:
    void wake() noexcept override {
        {
            const std::lock_guard guard(mutex_);
            woken_ = true;
        }
        condition_.notify_one();
    }

    void sleep(Milliseconds at_most) {
        std::unique_lock guard(mutex_);
        condition_.wait_for(guard, at_most, [this] { return woken_; });
        woken_ = false;
    }

  private:
    std::mutex mutex_;
    std::condition_variable condition_;
    bool woken_ = false;
};

Milliseconds time_to_sleep(const TransferDriver& driver, WallTime now) {
    const std::optional<WallTime> due = driver.next_due();
    return due ? std::clamp(*due - now, Milliseconds(0), sleep_max) : sleep_max;
}

}  // namespace

TransferWorker::TransferWorker(store::Store& store, TransferInbox& inbox, world::Rail& rail,
                               EventFeed& events, const TransferDriverSettings& settings,
                               IntentKeeper* intents)
    : store_(store),
      inbox_(inbox),
      rail_(rail),
      events_(events),
      settings_(settings),
      intents_(intents),
      thread_([this] { work(); }) {}

TransferWorker::~TransferWorker() {
    check(!thread_.joinable(), "the worker is stopped before it is destroyed");
}

void TransferWorker::stop() {
    // relaxed: the worker looks at least every sleep_max, and nothing else is handed over with it.
    stopping_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) {
        thread_.join();
    }
}

void TransferWorker::work() {
    SleepWaker waker;
    store::Lane lane = store_.open_lane(waker);
    TransferDriver driver({lane, inbox_, rail_, events_, entropy_, intents_}, settings_);
    for (;;) {
        lane.poll();
        if (stopping_.load(std::memory_order_relaxed)) {
            driver.stop();
        }
        const bool has_more = driver.turn();
        lane.end_turn();
        busy_.store(driver.busy(), std::memory_order_relaxed);
        if (driver.is_stopping() && lane.pending() == 0) {
            return;
        }
        if (has_more) {
            continue;
        }
        if (inbox_.about_to_sleep(waker) && lane.about_to_sleep()) {
            waker.sleep(time_to_sleep(driver, lane.now()));
        }
        inbox_.woke();
        lane.woke();
    }
}

}  // namespace belay::http
