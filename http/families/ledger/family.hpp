// The embedded ledger on the wire, in the shapes and errors of Midaz (transfers.md part 3).
#pragma once

#include <vector>

#include "http/families/ledger/settings.hpp"
#include "http/server/exchange.hpp"
#include "http/server/router.hpp"
#include "store/schema.hpp"

namespace belay::ledger_api {

/// Shared by all shards; nothing in it changes after construction.
class Family {
  public:
    Family(const Settings& settings, const Parts& parts);

    /// For the router; valid as long as the family.
    http::RouteFamily routes();

  private:
    const http::PlainProblems errors_;
    std::vector<http::Route> routes_;
};

/// What the store is to know of the family's records.
void add_to_schema(store::Schema& schema);

}  // namespace belay::ledger_api
