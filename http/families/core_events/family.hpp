// Events of batch jobs on the wire, and the destinations that are told of them (batches.md 8):
// /v2/core/events and /v2/core/event_destinations. Account = tenant; test and live objects do not
// see each other.
#pragma once

#include <vector>

#include "http/client/address_policy.hpp"
#include "http/families/core_events/settings.hpp"
#include "http/families/v2/errors.hpp"
#include "http/server/exchange.hpp"
#include "http/server/router.hpp"
#include "store/schema.hpp"

namespace belay::core_events {

/// Shared by all shards; nothing in it changes after construction.
class Family {
  public:
    explicit Family(const Settings& settings);

    /// For the router; valid as long as the family.
    http::RouteFamily routes();

    // The handlers.

    void list_events(http::Exchange& exchange);
    void get_event(http::Exchange& exchange);
    void create_destination(http::Exchange& exchange);
    void list_destinations(http::Exchange& exchange);
    void get_destination(http::Exchange& exchange);
    void change_destination(http::Exchange& exchange);
    void remove_destination(http::Exchange& exchange);
    void enable_destination(http::Exchange& exchange);
    void disable_destination(http::Exchange& exchange);
    void ping_destination(http::Exchange& exchange);

  private:
    const Settings settings_;
    const client::AddressPolicy policy_;
    const v2::Errors errors_;
    std::vector<http::Route> routes_;
};

/// What the store is to know of the family's records. (Destinations are endpoints of the outbox,
/// which the webhooks' family names.)
void add_to_schema(store::Schema& schema);

}  // namespace belay::core_events
