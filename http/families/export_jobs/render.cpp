#include "http/families/export_jobs/render.hpp"

#include "core/base/base64.hpp"

namespace belay::export_jobs {
namespace {

std::string job_path(const job::Uuid& id) {
    return "/v1/export-jobs/" + job::format_uuid(id);
}

std::string hex(const exports::Sha256& digest) {
    return hex_encode(std::as_bytes(std::span(digest)));
}

}  // namespace

void render_job(const job::Uuid& id, const exports::Job& job, WallTime now,
                wire::JsonWriter& json) {
    json.begin_object();
    json.member("id", job::uuid_text(id));
    json.member("reportType", name_of(job.report));
    json.member("format", name_of(job.format));
    json.member("status", name_of(job.phase));
    json.member("recordsWritten", job.records_written);
    json.member("bytesWritten", job.bytes_written);
    if (job.sha256) {
        json.member("fileName", exports::file_name(job));
    }
    if (!job.error.empty()) {
        json.member("error", job.error);
    }
    json.member("createdAt", rfc3339_seconds(exports::created_at(id)));
    if (job.started) {
        json.member("startedAt", rfc3339_seconds(*job.started));
    }
    if (job.finished) {
        json.member("finishedAt", rfc3339_seconds(*job.finished));
    }
    json.member("expiresAt", rfc3339_seconds(exports::expires_at(id)));
    if (exports::is_downloadable(job, id, now)) {
        json.member("downloadUrl", job_path(id) + "/download");
    }
    json.end_object();
}

void render_created(const job::Uuid& id, const exports::Job& job, std::string& to) {
    wire::JsonWriter json(to);
    json.begin_object();
    json.member("jobId", job::uuid_text(id));
    json.member("status", name_of(job.phase));
    json.member("statusUrl", job_path(id));
    json.end_object();
}

void render_download(std::string_view url, const exports::Job& job, std::int64_t expires_in_seconds,
                     std::string& to) {
    wire::JsonWriter json(to);
    json.begin_object();
    json.member("downloadUrl", url);
    json.member("fileName", exports::file_name(job));
    json.member("sha256", job.sha256 ? hex(*job.sha256) : std::string());
    json.member("expiresIn", expires_in_seconds);
    json.end_object();
}

void render_context(const job::Uuid& id, const exports::Context& context, wire::JsonWriter& json) {
    json.begin_object();
    json.member("id", job::uuid_text(id));
    json.member("name", context.name);
    json.member("createdAt", rfc3339_seconds(job::time_of(id)));
    json.member("rows", context.set ? context.set->rows : std::uint64_t{0});
    if (context.set) {
        json.member("sha256", hex(context.set->sha256));
        json.member("uploadedAt", rfc3339_seconds(context.set->uploaded));
    }
    json.end_object();
}

void render_upload(const exports::TransactionSet& set, std::string& to) {
    wire::JsonWriter json(to);
    json.begin_object().member("rows", set.rows).member("sha256", hex(set.sha256)).end_object();
}

ListBody::ListBody(std::string& to) : json_(to) {
    json_.begin_object().name("items").begin_array();
}

void ListBody::end(std::string_view next_cursor, std::size_t limit, bool has_more) {
    json_.end_array();
    if (!next_cursor.empty()) {
        json_.member("nextCursor", next_cursor);
    }
    json_.member("limit", limit).member("hasMore", has_more).end_object();
}

}  // namespace belay::export_jobs
