// The transfer family on the wire: its routes and what each does (contracts README 5, transfers.md
// part 2).
#pragma once

#include <string_view>
#include <vector>

#include "http/families/common/shard_context.hpp"
#include "http/families/transfers/errors.hpp"
#include "http/families/transfers/settings.hpp"
#include "http/server/exchange.hpp"
#include "http/server/router.hpp"
#include "store/schema.hpp"

namespace belay::transfer_api {

/// How the server's own errors read in this family, and in those that share its shape.
class Errors final : public http::ErrorStyle {
  public:
    std::string_view render(const http::Problem& problem, std::string_view request_id,
                            std::string& body) const override;
};

/// Shared by all shards; nothing in it changes after construction.
class Family {
  public:
    /// Everything in `parts` outlives it.
    Family(const Settings& settings, const Parts& parts);

    /// For the router; valid as long as the family.
    http::RouteFamily routes();

    // The handlers.

    void initiate(http::Exchange& exchange);
    void process(http::Exchange& exchange);
    void cancel(http::Exchange& exchange);
    void get(http::Exchange& exchange);
    void list(http::Exchange& exchange);
    void poll(http::Exchange& exchange);

  private:
    /// Whether a write may go on: organization, licence, key. Else it is answered.
    bool admit(http::Exchange& exchange, std::string_view& key) const;
    static void refuse(http::Exchange& exchange, const Refusal& refusal);

    const Settings settings_;
    const Parts parts_;
    const Errors errors_;
    std::vector<http::Route> routes_;
};

/// What the store is to know of the family's records.
void add_to_schema(store::Schema& schema);

}  // namespace belay::transfer_api
