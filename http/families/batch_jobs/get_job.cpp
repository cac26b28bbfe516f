// GET /v2/core/batch_jobs/{id} (batches.md 1).
#include "core/batches/job_id.hpp"
#include "http/families/batch_jobs/errors.hpp"
#include "http/families/batch_jobs/family.hpp"
#include "http/families/batch_jobs/found_job.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/v2/answer.hpp"

namespace belay::batch_jobs {

void Family::get_job(http::Exchange& exchange) {
    const std::optional<v2::ApiVersion> version = v2::admit(exchange);
    if (!version) {
        return;
    }
    const result<job::Uuid> id = batches::parse_job_id(exchange.parameter("id"));
    if (!id) {
        v2::fail(exchange, errors::job_not_found);
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    const Rendering rendering{settings_, parts_.signer, *version};
    const v2::ErrorKind* refusal =
        show_job(shard.lane, *id, Owner::of(*exchange.principal()), rendering, exchange.scratch());
    if (refusal == nullptr) {
        v2::respond(exchange, 200, exchange.scratch());
    } else {
        v2::fail(exchange, *refusal);
    }
}

}  // namespace belay::batch_jobs
