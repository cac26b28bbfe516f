// Reading jobs: one, lists, and where to download.
#include <algorithm>

#include "http/families/export_jobs/cursor.hpp"
#include "http/families/export_jobs/export_write.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/families/export_jobs/render.hpp"

namespace belay::export_jobs {

void Family::get_job(http::Exchange& exchange) {
    job::Uuid id;
    if (!read_id(exchange, "jobId", errors::invalid_job_id, id)) {
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    const job::TenantId tenant = exchange.principal()->tenant;
    const WallTime now = shard.lane.now();
    std::string& body = exchange.scratch();
    bool found = false;
    const auto show = [&](const store::RecordView& record) {
        const result<exports::Job> job = exports::decode_job(record.value);
        if (job && job->tenant == tenant) {
            wire::JsonWriter json(body);
            render_job(id, *job, now, json);
            found = true;
        }
    };
    shard.lane.read({exports::export_job_kind, id}, show);
    if (found) {
        exchange.respond(200, "application/json", body);
    } else {
        fail(exchange, errors::job_not_found);
    }
}

void Family::list_jobs(http::Exchange& exchange) {
    list(exchange, {exports::jobs_of_tenant, exchange.principal()->tenant});
}

void Family::list_jobs_of_context(http::Exchange& exchange) {
    job::Uuid context;
    if (!read_id(exchange, "contextId", errors::invalid_context_id, context)) {
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    if (!owns_context(shard.lane, exchange.principal()->tenant, context)) {
        fail(exchange, errors::context_not_found);
        return;
    }
    list(exchange, {exports::jobs_of_context, context});
}

/// A page ends when it is full, when the list ends, or when so many jobs were looked at that a page
/// of few (or no) items with a cursor is the kinder answer (limits::list_scan_max).
void Family::list(http::Exchange& exchange, const job::ListId& list) {
    ListRequest request;
    if (const std::optional<Refusal> refusal = parse_list(exchange.query(), request)) {
        refuse(exchange, *refusal);
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    const WallTime now = shard.lane.now();
    ListBody items(exchange.scratch());
    std::optional<job::Uuid> last;
    std::size_t count = 0;
    bool more = false;
    const auto show = [&](const job::Uuid& id, const store::RecordView& record) {
        const result<exports::Job> job = exports::decode_job(record.value);
        if (!job || (request.status && job->phase != *request.status)) {
            return true;
        }
        if (count == request.limit) {
            more = true;
            return false;
        }
        render_job(id, *job, now, items.item());
        last = id;
        ++count;
        return true;
    };
    const std::optional<job::Uuid> stopped_at = shard.lane.list(list, request.after, show);
    if (stopped_at) {
        more = true;
        last = stopped_at;
    }
    items.end(more ? make_cursor(*last) : std::string(), request.limit, more);
    exchange.respond(200, "application/json", exchange.scratch());
}

void Family::download_job(http::Exchange& exchange) {
    job::Uuid id;
    if (!read_id(exchange, "jobId", errors::invalid_job_id, id)) {
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    const job::TenantId tenant = exchange.principal()->tenant;
    const WallTime now = shard.lane.now();
    const ErrorKind* refusal = &errors::job_not_found;
    std::string& body = exchange.scratch();
    const auto show = [&](const store::RecordView& record) {
        const result<exports::Job> job = exports::decode_job(record.value);
        if (!job || job->tenant != tenant) {
            return;
        }
        if (job->phase != exports::Phase::succeeded) {
            refusal = &errors::not_ready;
            return;
        }
        const auto left = std::chrono::floor<std::chrono::seconds>(exports::expires_at(id) - now);
        if (left.count() <= 0) {
            refusal = &errors::expired;
            return;
        }
        refusal = nullptr;
        const auto lifetime =
            std::min(left, std::chrono::floor<std::chrono::seconds>(settings_.url_lifetime));
        const std::string path = "/v1/export-files/" + job::format_uuid(id);
        const auth::UrlGrant grant{tenant, file_object(id, job->claim)};
        const std::string query = parts_.signer.sign("GET", path, grant, lifetime, now);
        render_download(settings_.public_url + path + "?" + query, *job, lifetime.count(), body);
    };
    shard.lane.read({exports::export_job_kind, id}, show);
    if (refusal == nullptr) {
        exchange.respond(200, "application/json", body);
    } else {
        fail(exchange, *refusal);
    }
}

std::string file_object(const job::Uuid& id, job::Lsn claim) {
    return job::format_uuid(id) + "-" + std::to_string(claim);
}

}  // namespace belay::export_jobs
