#include "http/app/webhook_drive.hpp"

#include <algorithm>
#include <utility>

#include "http/app/part_settings.hpp"
#include "http/app/peer_files.hpp"
#include "http/client/own_endpoints.hpp"

namespace belay::app {
namespace {

client::ClientSettings client_settings(const program::WebhooksSettings& settings,
                                       const boost::asio::ip::tcp::endpoint& listening) {
    client::ClientSettings made;
    made.addresses = webhook_addresses(settings, listening);
    made.allow_http = settings.allow_private;
    made.timeout = settings.timeout;
    made.connect_timeout = std::min(made.connect_timeout, settings.timeout);
    // No connection is kept: receivers are many, and descriptors are counted by delivery.
    made.idle_per_origin_max = 0;
    return made;
}

}  // namespace

explained<std::unique_ptr<WebhookDrive>> WebhookDrive::open(
    const program::WebhooksSettings& settings, const Parts& parts) {
    auto trust = load_trust("webhooks.ca_file", settings.ca_file);
    if (trust.has_error()) {
        return trust.error();
    }
    return std::unique_ptr<WebhookDrive>(new WebhookDrive(settings, parts, std::move(*trust)));
}

WebhookDrive::WebhookDrive(const program::WebhooksSettings& settings, const Parts& parts,
                           std::unique_ptr<client::Trust> trust)
    : shards_(1, parts.clock),
      lane_(shards_[0], parts.store),
      trust_(std::move(trust)),
      client_(shards_[0], resolver_, *trust_, client_settings(settings, parts.listening)),
      sender_({.shard = shards_[0],
               .lane = lane_.lane(),
               .feed = parts.events,
               .client = client_,
               .entropy = entropy_},
              sender_settings(settings, parts.deliveries_max)) {}

void WebhookDrive::start() {
    shards_.start();
    shards_.on_each([this](run::Shard&) { sender_.start(); });
}

void WebhookDrive::stop() {
    shards_.on_each_until_done([this](run::Shard&, std::function<void()> done) {
        sender_.stop(std::move(done));
        client_.stop();
    });
    shards_.stop();
}

client::AddressRules webhook_addresses(const program::WebhooksSettings& settings,
                                       const boost::asio::ip::tcp::endpoint& listening) {
    client::AddressRules rules;
    rules.allow_private = settings.allow_private;
    rules.own = client::own_endpoints({{listening.address(), listening.port()}});
    return rules;
}

}  // namespace belay::app
