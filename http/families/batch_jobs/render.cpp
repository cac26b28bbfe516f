#include "http/families/batch_jobs/render.hpp"

#include "core/batches/job_id.hpp"
#include "http/families/batch_jobs/files.hpp"
#include "http/families/batch_jobs/parse.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::batch_jobs {
namespace {

using batches::Phase;

/// int64 on the wire is a string (batches.md 3).
void member_int64(wire::JsonWriter& json, std::string_view name, std::uint64_t value) {
    json.member(name, std::string_view(std::to_string(value)));
}

void render_url(wire::JsonWriter& json, std::string_view name, const FileUrl& url) {
    json.name(name).begin_object();
    json.member("expires_at", rfc3339_milliseconds(url.expires));
    json.member("url", url.url);
    json.end_object();
}

void render_counts(wire::JsonWriter& json, const batches::Progress& progress) {
    member_int64(json, "success_count", progress.succeeded);
    member_int64(json, "failure_count", progress.failed);
}

void render_output(const Rendering& rendering, const job::Uuid& id, const batches::Job& job,
                   WallTime now, wire::JsonWriter& json) {
    if (!has_output(job, rendering.settings, now)) {
        return;
    }
    json.name("output_file").begin_object();
    json.member("content_type", "application/jsonlines");
    render_url(json, "download_url",
               download_url(id, job, rendering.settings, rendering.signer, now));
    member_int64(json, "size", job.progress.output_bytes);
    json.end_object();
}

/// The one member of status_details, named as the status; cancelling and upload_timeout have none.
void render_details(const Rendering& rendering, const job::Uuid& id, const batches::Job& job,
                    WallTime now, wire::JsonWriter& json) {
    if (job.phase == Phase::cancelling || job.phase == Phase::upload_timeout) {
        return;
    }
    json.name(name_of(job.phase)).begin_object();
    switch (job.phase) {
        case Phase::ready_for_upload:
            render_url(json, "upload_url",
                       upload_url(id, job, rendering.settings, rendering.signer, now));
            break;
        case Phase::validating:
            member_int64(json, "validated_count", job.progress.validated);
            break;
        case Phase::in_progress:
            render_counts(json, job.progress);
            break;
        case Phase::complete:
        case Phase::canceled:
        case Phase::timeout:
        case Phase::validation_failed:
            render_output(rendering, id, job, now, json);
            render_counts(json, job.progress);
            break;
        case Phase::batch_failed:
            json.member("error", job.error);
            break;
        case Phase::absent:
        case Phase::cancelling:
        case Phase::upload_timeout:
        case Phase::count_:
            break;
    }
    json.end_object();
}

}  // namespace

void render_job(const Rendering& rendering, const job::Uuid& id, const batches::Job& job,
                WallTime now, std::string& to) {
    wire::JsonWriter json(to);
    json.begin_object();
    json.member("id", batches::job_id_text(id));
    json.member("object", "v2.core.batch_job");
    json.member("created", rfc3339_milliseconds(job::time_of(id)));
    json.member("livemode", job.is_live);
    if (job.rows_per_second && !rendering.version.is_from(paced_by_the_server_from)) {
        json.member("maximum_rps", *job.rows_per_second);
    }
    json.name("metadata").raw(job.metadata.empty() ? std::string_view("{}") : job.metadata);
    json.member("skip_validation", job.skips_validation);
    json.member("status", name_of(job.phase));
    json.name("status_details").begin_object();
    render_details(rendering, id, job, now, json);
    json.end_object().end_object();
}

}  // namespace belay::batch_jobs
