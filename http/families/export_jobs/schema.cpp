// What the store is to know of contexts and export jobs: their lists, and how to print them.
#include <array>
#include <string_view>

#include "core/exports/context.hpp"
#include "core/exports/job.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/families/export_jobs/render.hpp"

namespace belay::export_jobs {
namespace {

using namespace std::string_view_literals;

void lists_of_context(ByteSpan value, store::Memberships& to) {
    const result<exports::Context> context = exports::decode_context(value);
    if (context) {
        to.add({exports::contexts_of_tenant, context->tenant});
    }
}

void lists_of_job(ByteSpan value, store::Memberships& to) {
    const result<exports::Job> job = exports::decode_job(value);
    if (job) {
        to.add({exports::jobs_of_tenant, job->tenant});
        to.add({exports::jobs_of_context, job->context});
    }
}

void print_context(ByteSpan value, std::string& to) {
    const result<exports::Context> context = exports::decode_context(value);
    if (!context) {
        to += "not a context";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(context->tenant));
    json.member("name", context->name);
    json.member("rows", context->set ? context->set->rows : std::uint64_t{0});
    json.end_object();
}

void print_job(ByteSpan value, std::string& to) {
    const result<exports::Job> job = exports::decode_job(value);
    if (!job) {
        to += "not an export job";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(job->tenant));
    json.member("context", job::format_uuid(job->context));
    json.member("report", name_of(job->report)).member("format", name_of(job->format));
    json.member("status", name_of(job->phase)).member("attempts", job->attempts);
    json.member("claim", job->claim).member("records", job->records_written);
    json.end_object();
}

/// The scope of a create and of a cancel, and the answers to them (export_write.cpp, render.cpp).
constexpr auto words = std::to_array<std::string_view>({
    "exports:\x10\0"sv,
    "\x04\0POST=\0/v1/contexts/"sv,
    "/export-jobs"sv,
    "\x04\0POST;\0/v1/export-jobs/"sv,
    "/cancel"sv,
    R"({"jobId":")"sv,
    R"(","status":"QUEUED","statusUrl":"/v1/export-jobs/)"sv,
    R"({"id":")"sv,
    R"(","reportType":"MATCHED","format":"CSV","status":"CANCELED","recordsWritten":)"sv,
    R"(","reportType":")"sv,
    R"(","format":"CSV","status":"CANCELED","recordsWritten":)"sv,
    R"(","format":"JSON","status":"CANCELED","recordsWritten":)"sv,
    R"(,"bytesWritten":)"sv,
    R"(0,"bytesWritten":0,"createdAt":")"sv,
    R"(,"createdAt":")"sv,
    R"(","startedAt":")"sv,
    R"(","finishedAt":")"sv,
    R"(","expiresAt":")"sv,
    R"("})"sv,
});

}  // namespace

void add_to_schema(store::Schema& schema) {
    schema.words.insert(schema.words.end(), words.begin(), words.end());
    schema.kinds.push_back({exports::context_kind, "context", &lists_of_context, &print_context});
    schema.kinds.push_back({exports::export_job_kind, "export_job", &lists_of_job, &print_job});
    schema.lists.push_back({exports::contexts_of_tenant, exports::context_kind});
    schema.lists.push_back({exports::jobs_of_tenant, exports::export_job_kind});
    schema.lists.push_back({exports::jobs_of_context, exports::export_job_kind});
}

}  // namespace belay::export_jobs
