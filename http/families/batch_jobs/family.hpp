// The batch family on the wire: its routes and what each does (contracts README 4, batches.md).
#pragma once

#include <vector>

#include "core/run/task.hpp"
#include "http/families/batch_jobs/settings.hpp"
#include "http/families/common/places.hpp"
#include "http/families/v2/errors.hpp"
#include "http/server/exchange.hpp"
#include "http/server/router.hpp"
#include "http/server/stream_exchange.hpp"
#include "store/schema.hpp"

namespace belay::batch_jobs {

/// Shared by all shards; nothing in it changes after construction but the places, which are
/// thread-safe.
class Family {
  public:
    Family(const Settings& settings, const Parts& parts);

    /// For the router; valid as long as the family. Its error style is that of all of /v2, also
    /// where no route is.
    http::RouteFamily routes();

    // The handlers.

    void create_job(http::Exchange& exchange);
    void get_job(http::Exchange& exchange);
    void cancel_job(http::Exchange& exchange);
    run::task<> upload_input(http::StreamExchange& stream);
    run::task<> serve_output(http::StreamExchange& stream);

  private:
    const Settings settings_;
    const Parts parts_;
    const v2::Errors errors_;
    std::vector<http::Route> routes_;
    http::Places uploads_;
    http::Places downloads_;
};

/// What the store is to know of the family's records.
void add_to_schema(store::Schema& schema);

}  // namespace belay::batch_jobs
