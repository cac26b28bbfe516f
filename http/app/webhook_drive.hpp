// What delivers webhooks: a shard of its own with a client and the sender.
#pragma once

#include <cstdint>
#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "core/run/shards.hpp"
#include "core/world/entropy.hpp"
#include "http/client/client.hpp"
#include "http/client/system_resolver.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/shard_lane.hpp"
#include "http/drive/webhooks/sender.hpp"
#include "http/program/settings.hpp"
#include "store/store.hpp"

namespace belay::app {

class WebhookDrive {
  public:
    /// What it works with; everything outlives it.
    struct Parts {
        store::Store& store;
        const world::Clock& clock;
        http::EventFeed& events;
        /// Where this process listens: never called.
        boost::asio::ip::tcp::endpoint listening;
        /// At a time, to all endpoints.
        std::uint64_t deliveries_max;
    };

    /// Reads the file that the settings name.
    static explained<std::unique_ptr<WebhookDrive>> open(const program::WebhooksSettings& settings,
                                                         const Parts& parts);

    /// Finds what an earlier process left unsent, and begins. Once; then stop().
    void start();

    /// Ends what is under way: what is not logged yet is sent again by the next process.
    void stop();

  private:
    WebhookDrive(const program::WebhooksSettings& settings, const Parts& parts,
                 std::unique_ptr<client::Trust> trust);

    world::SystemEntropy entropy_;
    run::Shards shards_;  ///< one
    http::ShardLane lane_;
    client::SystemResolver resolver_;
    const std::unique_ptr<client::Trust> trust_;
    client::Client client_;
    webhooks::Sender sender_;
};

/// Where webhooks may go.
client::AddressRules webhook_addresses(const program::WebhooksSettings& settings,
                                       const boost::asio::ip::tcp::endpoint& listening);

}  // namespace belay::app
