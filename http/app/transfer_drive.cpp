#include "http/app/transfer_drive.hpp"

#include "http/app/part_settings.hpp"

namespace belay::app {

TransferDrive::TransferDrive(const program::Settings& settings, const world::Clock& clock)
    : driver_settings_(driver_settings(settings)),
      rail_(rail_settings(settings.rail), clock, inbox_) {}

void TransferDrive::start(store::Store& store, http::EventFeed& events,
                          http::IntentKeeper* intents) {
    worker_.emplace(store, inbox_, rail_, events, driver_settings_, intents);
    rail_thread_.emplace(rail_);
}

void TransferDrive::stop() {
    // The rail first: what it says later is said again after the next start.
    if (rail_thread_) {
        rail_thread_->stop();
    }
    if (worker_) {
        worker_->stop();
    }
}

}  // namespace belay::app
