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

using store::shape::counted;
using store::shape::field;
using store::shape::fixed;
using store::shape::octets;
using store::shape::rest;
using store::shape::same_uuid;
using store::shape::uuid;

// The names of keys (export_write.cpp): tenant, subject, method and path, each with its length
// before it, and the key.
constexpr std::array create_name{
    fixed("exports:\x10\0"sv), octets(16), counted(), fixed("\x04\0POST=\0/v1/contexts/"sv), uuid(),
    fixed("/export-jobs"),     rest()};
constexpr std::array cancel_name{fixed("exports:\x10\0"sv),
                                 octets(16),
                                 counted(),
                                 fixed("\x04\0POST;\0/v1/export-jobs/"sv),
                                 uuid(),
                                 fixed("/cancel"),
                                 rest()};

// The answers that are kept under them (render.cpp).
constexpr std::array created{fixed(R"({"jobId":")"), uuid(),
                             fixed(R"(","status":"QUEUED","statusUrl":"/v1/export-jobs/)"),
                             same_uuid(), fixed(R"("})")};
constexpr std::array canceled{fixed(R"({"id":")"),
                              uuid(),
                              fixed(R"(","reportType":")"),
                              field('"'),
                              fixed(R"(","format":")"),
                              field('"'),
                              fixed(R"(","status":"CANCELED","recordsWritten":)"),
                              field(','),
                              fixed(R"(,"bytesWritten":)"),
                              field(','),
                              fixed(R"(,"createdAt":")"),
                              field('"'),
                              fixed(R"(","finishedAt":")"),
                              field('"'),
                              fixed(R"(","expiresAt":")"),
                              field('"'),
                              fixed(R"("})")};
constexpr std::array canceled_at_work{fixed(R"({"id":")"),
                                      uuid(),
                                      fixed(R"(","reportType":")"),
                                      field('"'),
                                      fixed(R"(","format":")"),
                                      field('"'),
                                      fixed(R"(","status":"CANCELED","recordsWritten":)"),
                                      field(','),
                                      fixed(R"(,"bytesWritten":)"),
                                      field(','),
                                      fixed(R"(,"createdAt":")"),
                                      field('"'),
                                      fixed(R"(","startedAt":")"),
                                      field('"'),
                                      fixed(R"(","finishedAt":")"),
                                      field('"'),
                                      fixed(R"(","expiresAt":")"),
                                      field('"'),
                                      fixed(R"("})")};

void add_to_vocabulary(store::Vocabulary& vocabulary) {
    using exports::Format;
    using exports::ReportType;
    for (const ReportType type :
         {ReportType::matched, ReportType::unmatched, ReportType::variance}) {
        vocabulary.words.push_back(name_of(type));
    }
    for (const Format format : {Format::csv, Format::json, Format::xml}) {
        vocabulary.words.push_back(name_of(format));
    }
    vocabulary.shapes.insert(vocabulary.shapes.end(),
                             {cancel_name, create_name, created, canceled, canceled_at_work});
}

}  // namespace

void add_to_schema(store::Schema& schema) {
    add_to_vocabulary(schema.vocabulary);
    schema.kinds.push_back({exports::context_kind, "context", &lists_of_context, &print_context});
    schema.kinds.push_back({exports::export_job_kind, "export_job", &lists_of_job, &print_job});
    schema.lists.push_back({exports::contexts_of_tenant, exports::context_kind});
    schema.lists.push_back({exports::jobs_of_tenant, exports::export_job_kind});
    schema.lists.push_back({exports::jobs_of_context, exports::export_job_kind});
}

}  // namespace belay::export_jobs
