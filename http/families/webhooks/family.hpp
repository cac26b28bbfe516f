// Registrations of webhooks, their deliveries and their dead letters on the wire (transfers.md
// 2.8). The tenant is the token's; an X-Organization-Id that is sent must be the same.
#pragma once

#include <string_view>
#include <vector>

#include "http/client/address_policy.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/transfers/family.hpp"
#include "http/families/webhooks/errors.hpp"
#include "http/families/webhooks/parse.hpp"
#include "http/families/webhooks/settings.hpp"
#include "http/families/webhooks/webhook_write.hpp"
#include "http/server/exchange.hpp"
#include "http/server/router.hpp"
#include "store/schema.hpp"

namespace belay::webhook_api {

/// Shared by all shards; nothing in it changes after construction.
class Family {
  public:
    explicit Family(const Settings& settings);

    /// For the router; valid as long as the family.
    http::RouteFamily routes();

    // The handlers.

    void create(http::Exchange& exchange);
    void list(http::Exchange& exchange);
    void get(http::Exchange& exchange);
    void change(http::Exchange& exchange);
    void remove(http::Exchange& exchange);
    void rotate(http::Exchange& exchange);
    void list_deliveries(http::Exchange& exchange);
    void list_dead_letters(http::Exchange& exchange);
    void retry(http::Exchange& exchange);

  private:
    /// Whether the request may go on: its organization and, if `key` is not null, its idempotency
    /// key, which is then required. Else it is answered.
    static bool admit(http::Exchange& exchange, std::string_view* key);
    static bool read_id(http::Exchange& exchange, std::string_view name, job::Uuid& to);
    static void refuse(http::Exchange& exchange, const Refusal& refusal);
    static void write_on(http::Exchange& exchange, WebhookWrite& write);
    UrlRule url_rule() const noexcept { return {policy_, settings_.allow_http}; }

    const Settings settings_;
    const client::AddressPolicy policy_;
    const transfer_api::Errors errors_;
    std::vector<http::Route> routes_;
};

/// What the store is to know of the family's records.
void add_to_schema(store::Schema& schema);

}  // namespace belay::webhook_api
