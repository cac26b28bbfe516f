#include "http/families/batch_jobs/family.hpp"

#include <array>

#include "http/families/common/rate_limit.hpp"

namespace belay::batch_jobs {
namespace {

using http::Access;
using http::buffered;
using http::ContentRule;
using http::Route;
using http::streaming;
using wire::Method;
namespace rates = http::rates;

constexpr std::string_view may_read = "batches:read";
constexpr std::string_view may_write = "batches:write";

constexpr std::array<std::string_view, 1> prefixes{"/v2"};
constexpr std::array<std::string_view, 3> input_types{
    "application/octet-stream", "application/jsonlines", "application/x-ndjson"};

// Of either: 256 KiB and a file.
constexpr std::size_t uploads_max = 64;
constexpr std::size_t uploads_of_tenant_max = uploads_max / 2;
constexpr std::size_t downloads_max = 512;
constexpr std::size_t downloads_of_tenant_max = downloads_max / 2;

}  // namespace

Family::Family(const Settings& settings, const Parts& parts)
    : settings_(settings),
      parts_(parts),
      uploads_(uploads_max, uploads_of_tenant_max),
      downloads_(downloads_max, downloads_of_tenant_max) {
    routes_ = {Route{.method = Method::post,
                     .pattern = "/v2/core/batch_jobs",
                     .handle = buffered<&Family::create_job>,
                     .scope = may_write,
                     .content = ContentRule::json,
                     .rate = rates::batches_create},
               Route{.method = Method::get,
                     .pattern = "/v2/core/batch_jobs/{id}",
                     .handle = buffered<&Family::get_job>,
                     .scope = may_read,
                     .rate = rates::batches_get},
               Route{.method = Method::post,
                     .pattern = "/v2/core/batch_jobs/{id}/cancel",
                     .handle = buffered<&Family::cancel_job>,
                     .scope = may_write,
                     .content = ContentRule::json,
                     .rate = rates::batches_cancel},
               // The signature in the query says who may write, and who may read.
               Route{.method = Method::put,
                     .pattern = "/v2/core/batch_job_files/{id}",
                     .stream = streaming<&Family::upload_input>,
                     .access = Access::anyone,
                     .body_bytes_max = settings_.upload_bytes_max,
                     .content = ContentRule::typed,
                     .content_types = input_types,
                     .length_required = true},
               Route{.method = Method::get,
                     .pattern = "/v2/core/batch_job_files/{id}",
                     .stream = streaming<&Family::serve_output>,
                     .access = Access::anyone}};
}

http::RouteFamily Family::routes() {
    return {.prefixes = prefixes,
            .routes = routes_,
            .target = this,
            .errors = &errors_,
            .request_ids = http::RequestIds::stripe};
}

}  // namespace belay::batch_jobs
