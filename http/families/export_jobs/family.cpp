#include "http/families/export_jobs/family.hpp"

#include <array>

#include "http/families/common/rate_limit.hpp"
#include "http/families/export_jobs/export_write.hpp"

namespace belay::export_jobs {
namespace {

using http::Access;
using http::buffered;
using http::ContentRule;
using http::Route;
using http::streaming;
using wire::Method;
namespace rates = http::rates;

constexpr std::string_view may_read = "exports:read";
constexpr std::string_view may_write = "exports:write";

constexpr std::array<std::string_view, 3> prefixes{"/v1/contexts", "/v1/export-jobs",
                                                   "/v1/export-files"};
constexpr std::array<std::string_view, 4> upload_types{
    "text/csv", "application/x-ndjson", "application/jsonlines", "application/ndjson"};

// Of an upload: up to 17 MiB for sorting and moving its rows, and two files. Of a download: 256 KiB
// and a file.
constexpr std::size_t uploads_max = 32;
constexpr std::size_t uploads_of_tenant_max = uploads_max / 2;
constexpr std::size_t downloads_max = 512;
constexpr std::size_t downloads_of_tenant_max = downloads_max / 2;

constexpr http::ResponseField retry_field{"Retry-After", "1"};
constexpr int status_busy = 503;

}  // namespace

Family::Family(const Settings& settings, const Parts& parts)
    : settings_(settings),
      parts_(parts),
      errors_(settings.error_style),
      uploads_(uploads_max, uploads_of_tenant_max),
      downloads_(downloads_max, downloads_of_tenant_max) {
    const auto json = [this](Method method, std::string_view pattern, http::BufferedHandler handle,
                             std::string_view scope, http::RateClass rate) {
        return Route{.method = method,
                     .pattern = pattern,
                     .handle = handle,
                     .scope = scope,
                     .body_bytes_max = settings_.json_bytes_max,
                     .content = method == Method::post ? ContentRule::json : ContentRule::any,
                     .rate = rate};
    };
    routes_ = {
        json(Method::post, "/v1/contexts", buffered<&Family::create_context>, may_write,
             rates::contexts_create),
        json(Method::get, "/v1/contexts", buffered<&Family::list_contexts>, may_read,
             rates::contexts_read),
        json(Method::get, "/v1/contexts/{contextId}", buffered<&Family::get_context>, may_read,
             rates::contexts_read),
        Route{.method = Method::put,
              .pattern = "/v1/contexts/{contextId}/transactions",
              .stream = streaming<&Family::upload_transactions>,
              .scope = may_write,
              .body_bytes_max = settings_.upload_bytes_max,
              .content = ContentRule::typed,
              .content_types = upload_types,
              .length_required = true,
              .rate = rates::contexts_upload},
        json(Method::post, "/v1/contexts/{contextId}/export-jobs", buffered<&Family::create_job>,
             may_write, rates::exports_create),
        json(Method::get, "/v1/contexts/{contextId}/export-jobs",
             buffered<&Family::list_jobs_of_context>, may_read, rates::exports_list),
        json(Method::get, "/v1/export-jobs", buffered<&Family::list_jobs>, may_read,
             rates::exports_list),
        json(Method::get, "/v1/export-jobs/{jobId}", buffered<&Family::get_job>, may_read,
             rates::exports_get),
        // Its body is none of the contract's: whatever is sent counts only for the fingerprint.
        Route{.method = Method::post,
              .pattern = "/v1/export-jobs/{jobId}/cancel",
              .handle = buffered<&Family::cancel_job>,
              .scope = may_write,
              .body_bytes_max = settings_.json_bytes_max,
              .rate = rates::exports_cancel},
        json(Method::get, "/v1/export-jobs/{jobId}/download", buffered<&Family::download_job>,
             may_read, rates::exports_download),
        // The signature in the query says who may read.
        Route{.method = Method::get,
              .pattern = "/v1/export-files/{jobId}",
              .stream = streaming<&Family::serve_file>,
              .access = Access::anyone}};
}

http::RouteFamily Family::routes() {
    return {prefixes, routes_, this, &errors_};
}

std::string_view Family::Errors::render(const http::Problem& problem, std::string_view,
                                        std::string& body) const {
    // A missing token and a bad one, a missing scope: the family has its own words, always the
    // same.
    const ErrorKind& kind = kind_of_status(http::status_of(problem.trouble));
    const bool own_words = kind.status == 401 || kind.status == 403 || kind.status == 404;
    render_error(style_, kind, own_words ? std::string_view() : problem.detail, {}, body);
    return "application/json";
}

void Family::fail(http::Exchange& exchange, const ErrorKind& kind) const {
    std::string& body = exchange.scratch();
    body.clear();
    render_error(settings_.error_style, kind, {}, {}, body);
    exchange.respond(kind.status, "application/json", body,
                     kind.status == status_busy ? http::ResponseFields(&retry_field, 1)
                                                : http::ResponseFields());
}

void Family::refuse(http::Exchange& exchange, const Refusal& refusal) const {
    std::string& body = exchange.scratch();
    body.clear();
    const int status = render_refusal(settings_.error_style, refusal, body);
    exchange.respond(status, "application/json", body);
}

bool Family::read_id(http::Exchange& exchange, std::string_view parameter, const ErrorKind& kind,
                     job::Uuid& to) const {
    const result<job::Uuid> id = job::parse_uuid(exchange.parameter(parameter));
    if (!id) {
        refuse(exchange, {&kind, {}, std::string(parameter)});
        return false;
    }
    to = *id;
    return true;
}

}  // namespace belay::export_jobs
