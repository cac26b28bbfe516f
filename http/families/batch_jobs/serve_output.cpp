// GET /v2/core/batch_job_files/{id}?…: the output of a batch job, to whoever holds a signed URL for
// it, with ranges and an entity tag.
#include "core/batches/job_id.hpp"
#include "http/families/batch_jobs/errors.hpp"
#include "http/families/batch_jobs/family.hpp"
#include "http/families/batch_jobs/files.hpp"
#include "http/families/common/file_answer.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/v2/answer.hpp"

namespace belay::batch_jobs {
namespace {

/// A job that has ended has one output, of which nothing changes any more: its upload and its size
/// say which.
http::ServedFile file_of(const job::Uuid& id, const batches::Job& job) {
    http::ServedFile file;
    file.path = batches::output_path(id, job.upload);
    file.name = batches::format_job_id(id) + ".jsonl";
    file.size = job.progress.output_bytes;
    file.etag = '"' + job::format_uuid(job.upload) + '-' + std::to_string(file.size) + '"';
    file.content_type = "application/jsonlines";
    return file;
}

}  // namespace

run::task<> Family::serve_output(http::StreamExchange& stream) {
    http::Exchange& exchange = stream.exchange();
    auto& shard = exchange.shard_context<http::ShardContext>();
    const WallTime now = shard.lane.now();
    const std::optional<FileRequest> request =
        admit_file(exchange, parts_.signer, errors::download_url_expired, now);
    if (!request) {
        co_return;
    }
    http::ServedFile file;
    const v2::ErrorKind* refusal = &errors::job_not_found;
    const auto look = [&](const store::RecordView& record) {
        const result<batches::Job> job = batches::decode_job(record.value);
        if (!job || job->tenant != request->grant.tenant ||
            output_object(request->id, *job) != request->grant.object) {
            return;
        }
        if (has_output(*job, settings_, now)) {
            file = file_of(request->id, *job);
            refusal = nullptr;
        } else {
            refusal = &errors::download_url_expired;
        }
    };
    shard.lane.read({batches::batch_kind, request->id}, look);
    if (refusal != nullptr) {
        v2::fail(exchange, *refusal);
        co_return;
    }
    const http::FileReading reading{parts_.disk, parts_.downloads, downloads_};
    const job::TenantId tenant = request->grant.tenant;
    const http::FileOutcome outcome = co_await http::serve_file(stream, reading, file, tenant);
    switch (outcome) {
        case http::FileOutcome::answered:
            break;
        case http::FileOutcome::no_place:
            v2::fail(exchange, errors::too_many_files);
            break;
        case http::FileOutcome::unreadable:
            v2::fail(exchange, errors::storage_unavailable);
            break;
    }
}

}  // namespace belay::batch_jobs
