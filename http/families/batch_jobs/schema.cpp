// What the store is to know of batch jobs: their list, and how to print them.
#include "core/batches/job.hpp"
#include "http/families/batch_jobs/family.hpp"
#include "http/families/v2/live_write.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::batch_jobs {
namespace {

void lists_of_job(ByteSpan value, store::Memberships& to) {
    const result<batches::Job> job = batches::decode_job(value);
    if (job) {
        to.add({batches::batches_of_tenant, job->tenant});
    }
}

void print_job(ByteSpan value, std::string& to) {
    const result<batches::Job> job = batches::decode_job(value);
    if (!job) {
        to += "not a batch job";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(job->tenant));
    json.member("livemode", job->is_live).member("status", name_of(job->phase));
    json.member("path", job->path).member("claim", job->claim);
    json.member("validated", job->progress.validated);
    json.member("succeeded", job->progress.succeeded).member("failed", job->progress.failed);
    json.member("ended", job->progress.rows.ended);
    json.member("output_bytes", job->progress.output_bytes);
    json.end_object();
}

}  // namespace

void add_to_schema(store::Schema& schema) {
    schema.kinds.push_back({batches::batch_kind, "batch_job", &lists_of_job, &print_job});
    v2::add_key_names(schema.vocabulary);
    schema.lists.push_back({batches::batches_of_tenant, batches::batch_kind});
}

}  // namespace belay::batch_jobs
