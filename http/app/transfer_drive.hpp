// What brings transfers to their end: the built-in rail with its thread, and the worker.
#pragma once

#include <memory>
#include <optional>

#include "core/world/clock.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/intent_keeper.hpp"
#include "http/drive/simulated_rail.hpp"
#include "http/drive/transfer_inbox.hpp"
#include "http/drive/transfer_worker.hpp"
#include "http/program/settings.hpp"
#include "store/store.hpp"

namespace belay::app {

class TransferDrive {
  public:
    /// The clock outlives it. One lane of the store is its.
    TransferDrive(const program::Settings& settings, const world::Clock& clock);

    http::TransferInbox& inbox() noexcept { return inbox_; }
    http::SimulatedRail& rail() noexcept { return rail_; }

    /// Begins, before any request. Everything outlives the work; `intents`: null unless another
    /// ledger holds the money.
    void start(store::Store& store, http::EventFeed& events, http::IntentKeeper* intents);

    /// Transfers that are being moved. Thread-safe once it was started.
    std::size_t busy() const noexcept { return worker_ ? worker_->busy() : 0; }

    /// Nothing is begun any more, what is under way is durable. Without start() it does nothing.
    void stop();

  private:
    const http::TransferDriverSettings driver_settings_;
    http::TransferInbox inbox_;
    http::SimulatedRail rail_;
    std::optional<http::SimulatedRailThread> rail_thread_;
    std::optional<http::TransferWorker> worker_;
};

}  // namespace belay::app
