// GET /v1/export-files/{jobId}?…: the file of an export, to whoever holds a signed URL for it, with
// ranges and an entity tag.
#include "core/base/base64.hpp"
#include "http/families/common/file_answer.hpp"
#include "http/families/export_jobs/family.hpp"

namespace belay::export_jobs {
namespace {

http::ServedFile file_of(const job::Uuid& id, const exports::Job& job) {
    http::ServedFile file;
    file.path = exports::file_path(id, job.claim, job.format);
    file.name = exports::file_name(job);
    file.etag = '"' + hex_encode(*job.sha256) + '"';
    file.content_type = exports::content_type_of(job.format);
    file.size = job.bytes_written;
    return file;
}

}  // namespace

run::task<> Family::serve_file(http::StreamExchange& stream) {
    http::Exchange& exchange = stream.exchange();
    auto& shard = exchange.shard_context<http::ShardContext>();
    job::Uuid id;
    if (!read_id(exchange, "jobId", errors::invalid_job_id, id)) {
        co_return;
    }
    const WallTime now = shard.lane.now();
    const result<auth::UrlGrant> grant =
        parts_.signer.verify(exchange.head().method_text(), exchange.path(), exchange.query(), now);
    if (!grant) {
        fail(exchange, errors::forbidden);
        co_return;
    }
    std::optional<http::ServedFile> file;
    const ErrorKind* refusal = &errors::job_not_found;
    const auto look = [&](const store::RecordView& record) {
        const result<exports::Job> job = exports::decode_job(record.value);
        if (!job || job->tenant != grant->tenant || file_object(id, job->claim) != grant->object) {
            return;
        }
        if (exports::is_downloadable(*job, id, now) && job->sha256) {
            file = file_of(id, *job);
        } else {
            refusal = &errors::expired;
        }
    };
    shard.lane.read({exports::export_job_kind, id}, look);
    if (!file) {
        fail(exchange, *refusal);
        co_return;
    }
    const http::FileReading reading{parts_.disk, parts_.downloads, downloads_};
    const http::FileOutcome outcome =
        co_await http::serve_file(stream, reading, *file, grant->tenant);
    switch (outcome) {
        case http::FileOutcome::answered:
            break;
        case http::FileOutcome::no_place:
            fail(exchange, errors::too_many_files);
            break;
        case http::FileOutcome::unreadable:
            fail(exchange, errors::storage_unavailable);
            break;
    }
}

}  // namespace belay::export_jobs
