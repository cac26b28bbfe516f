// The thread that brings transfers to their end (design 7). It has a lane of the store of its own
// and many moves under way at a time.
#pragma once

#include <atomic>
#include <thread>

#include "core/world/entropy.hpp"
#include "core/world/rail.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/transfer_driver.hpp"
#include "http/drive/transfer_inbox.hpp"
#include "store/store.hpp"

namespace belay::http {

class TransferWorker {
  public:
    /// Everything outlives it. One lane of the store is its. `intents`: null unless another ledger
    /// holds the money.
    TransferWorker(store::Store& store, TransferInbox& inbox, world::Rail& rail, EventFeed& events,
                   const TransferDriverSettings& settings, IntentKeeper* intents = nullptr);
    /// stop() has been called.
    ~TransferWorker();
    TransferWorker(const TransferWorker&) = delete;
    TransferWorker& operator=(const TransferWorker&) = delete;

    /// Begins nothing new, waits until the moves under way are durable, and joins. Before
    /// Store::close(). What is offered or told from then on is found again at the next start.
    void stop();

    /// Moves under way.
    std::size_t busy() const noexcept { return busy_.load(std::memory_order_relaxed); }

  private:
    void work();

    store::Store& store_;
    TransferInbox& inbox_;
    world::Rail& rail_;
    EventFeed& events_;
    const TransferDriverSettings settings_;
    IntentKeeper* const intents_;
    world::SystemEntropy entropy_;      // the thread's
    std::atomic<std::size_t> busy_{0};  // relaxed: for the metrics
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace belay::http
