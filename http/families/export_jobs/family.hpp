// The export family on the wire: its routes and what each does (contracts README 3, exports.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/exports/transaction.hpp"
#include "http/families/common/places.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/export_jobs/parse.hpp"
#include "http/families/export_jobs/settings.hpp"
#include "http/server/exchange.hpp"
#include "http/server/router.hpp"
#include "http/server/stream_exchange.hpp"
#include "store/schema.hpp"

namespace belay::export_jobs {

/// Shared by all shards; nothing in it changes after construction but the places, which are
/// thread-safe.
class Family {
  public:
    Family(const Settings& settings, const Parts& parts);

    /// For the router; valid as long as the family.
    http::RouteFamily routes();

    // The handlers.

    void create_context(http::Exchange& exchange);
    void list_contexts(http::Exchange& exchange);
    void get_context(http::Exchange& exchange);
    run::task<> upload_transactions(http::StreamExchange& exchange);

    void create_job(http::Exchange& exchange);
    void list_jobs(http::Exchange& exchange);
    void list_jobs_of_context(http::Exchange& exchange);
    void get_job(http::Exchange& exchange);
    void cancel_job(http::Exchange& exchange);
    void download_job(http::Exchange& exchange);
    run::task<> serve_file(http::StreamExchange& exchange);

  private:
    /// How the server's own errors read in this family.
    class Errors final : public http::ErrorStyle {
      public:
        explicit Errors(export_jobs::ErrorStyle style) noexcept : style_(style) {}
        std::string_view render(const http::Problem& problem, std::string_view request_id,
                                std::string& body) const override;

      private:
        export_jobs::ErrorStyle style_;
    };

    void fail(http::Exchange& exchange, const ErrorKind& kind) const;
    void refuse(http::Exchange& exchange, const Refusal& refusal) const;
    void refuse_row(http::Exchange& exchange, const exports::RowError& error) const;
    bool read_id(http::Exchange& exchange, std::string_view parameter, const ErrorKind& kind,
                 job::Uuid& to) const;
    void list(http::Exchange& exchange, const job::ListId& list);

    const Settings settings_;
    const Parts parts_;
    const Errors errors_;
    std::vector<http::Route> routes_;
    http::Places uploads_;
    http::Places downloads_;
};

/// Whether the context is there and the tenant's.
bool owns_context(store::Lane& lane, const job::TenantId& tenant, const job::Uuid& context);

/// How a signed URL names the file that a claim made.
std::string file_object(const job::Uuid& id, job::Lsn claim);

/// What the store is to know of the family's records.
void add_to_schema(store::Schema& schema);

}  // namespace belay::export_jobs
