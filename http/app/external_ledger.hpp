// A Midaz in the place of the embedded ledger (`ledger.midaz_url`): a shard of its own, which calls
// it and brings what is open there to its resolution.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/run/shards.hpp"
#include "core/transfers/hours.hpp"
#include "core/world/entropy.hpp"
#include "core/world/rail.hpp"
#include "http/app/peer_files.hpp"
#include "http/client/client.hpp"
#include "http/client/system_resolver.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/midaz/client_caller.hpp"
#include "http/drive/midaz/connector.hpp"
#include "http/drive/midaz/intent_driver.hpp"
#include "http/drive/shard_lane.hpp"
#include "http/drive/transfer_inbox.hpp"
#include "http/program/log.hpp"
#include "http/program/settings.hpp"

namespace belay::app {

class ExternalLedger final : private http::IntentReporter {
  public:
    /// What it works with; everything outlives it.
    struct Parts {
        store::Store& store;
        const world::Clock& clock;
        const program::Log& log;
        http::EventFeed& events;
        http::TransferInbox& inbox;
        world::Rail* rail;  ///< or null
    };

    /// Reads the files that the settings name. `zone`: of the times that subscribers are told.
    static explained<std::unique_ptr<ExternalLedger>> open(const program::Settings& settings,
                                                           transfers::Zone zone,
                                                           const Parts& parts);
    ~ExternalLedger() = default;

    /// For the requests.
    http::IntentDesk& desk() noexcept { return desk_; }

    /// Whether it has answered of late. Thread-safe.
    bool is_reachable() const noexcept { return connector_.is_reachable(); }

    /// For whoever else logs intents.
    http::IntentKeeper& keeper() noexcept { return driver_; }

    /// Finds what an earlier process left open, and begins. Before any request.
    void start();

    /// Reads the token again if its file has changed; one thread.
    void poll();

    /// No request waits any more. Ends what is under way; what is open stays open, in the store.
    void stop();

  private:
    ExternalLedger(const program::Settings& settings, transfers::Zone zone, const Parts& parts,
                   std::unique_ptr<client::Trust> trust);

    // http::IntentReporter
    void refused(const job::Uuid& transfer, http::LedgerDeed deed, std::string_view code) override;
    void diverged(const job::Uuid& transfer, http::LedgerDeed deed) override;

    BearerFile token_;  ///< poll()'s
    const program::Log& log_;
    world::SystemEntropy entropy_;
    run::Shards shards_;  ///< one
    std::optional<http::ShardLane> lane_;
    client::SystemResolver resolver_;
    const std::unique_ptr<client::Trust> trust_;
    client::Client client_;
    midaz::ClientCaller caller_;
    midaz::Connector connector_;
    http::IntentDesk desk_;
    http::IntentDriver driver_;
};

}  // namespace belay::app
