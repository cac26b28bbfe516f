#include "http/families/export_jobs/errors.hpp"

#include <array>

#include "http/wire/json_writer.hpp"
#include "http/wire/response.hpp"

namespace belay::export_jobs {
namespace {

// MTCH-0011 is "request failed": what has no code of its own (exports.md 1.8).
constexpr std::array<ErrorKind, 17> generic_kinds{{
    {400, "invalid_request", "MTCH-0001", "invalid request"},
    {401, "unauthorized", "MTCH-0003", "invalid or missing authorization token"},
    {403, "forbidden", "MTCH-0004", "access denied"},
    {404, "not_found", "MTCH-0005", "The requested resource was not found."},
    {405, "method_not_allowed", "MTCH-0011", "the method is not allowed for this resource"},
    {408, "request_timeout", "MTCH-0011", "the request did not arrive in time"},
    {411, "length_required", "MTCH-0011", "the request needs a Content-Length or chunked body"},
    {413, "content_too_large", "MTCH-0010", "The request payload is too large."},
    {414, "uri_too_long", "MTCH-0011", "the request target is too long"},
    {415, "unsupported_media_type", "MTCH-0011", "the content type is not supported here"},
    {416, "range_not_satisfiable", "MTCH-0011", "the range lies outside the content"},
    {417, "expectation_failed", "MTCH-0011", "the expectation cannot be met"},
    {429, "too_many_requests", "MTCH-0009", "rate limit exceeded"},
    {431, "request_header_fields_too_large", "MTCH-0011", "the request's header is too large"},
    {501, "not_implemented", "MTCH-0011", "the server does not implement this"},
    {503, "service_unavailable", "MTCH-0008", "the service is unavailable"},
    {505, "http_version_not_supported", "MTCH-0011", "the HTTP version is not supported"},
}};

}  // namespace

const ErrorKind& kind_of_status(int status) noexcept {
    for (const ErrorKind& kind : generic_kinds) {
        if (kind.status == status) {
            return kind;
        }
    }
    return errors::unexpected;
}

const ErrorKind& error_of_cancel(job::Verdict verdict) noexcept {
    switch (verdict) {
        case job::Verdict::not_found:
            return errors::job_not_found;
        case job::Verdict::key_reused:
            return errors::key_reused;
        case job::Verdict::already_ended:
        case job::Verdict::wrong_phase:
            return errors::terminal;
        case job::Verdict::replayed:
        case job::Verdict::lease_lost:
        case job::Verdict::not_due:
        case job::Verdict::applied:
            break;  // no cancel comes to these and is refused
    }
    return errors::unexpected;
}

void render_error(ErrorStyle style, const ErrorKind& kind, std::string_view message,
                  std::span<const Detail> details, std::string& to) {
    const std::string_view said = message.empty() ? kind.message : message;
    wire::JsonWriter json(to);
    json.begin_object();
    if (style == ErrorStyle::seed) {
        json.member("code", std::string_view(std::to_string(kind.status)));
        json.member("title", kind.slug);
        json.member("message", said);
        json.member("error", said);
        json.name("details").begin_object().member("reference", kind.reference);
        for (const Detail& detail : details) {
            json.member(detail.name, detail.value);
        }
        json.end_object();
    } else {
        json.member("code", kind.reference);
        json.member("title", wire::reason_of(kind.status));
        json.member("message", said);
        if (!details.empty()) {
            json.name("details").begin_object();
            for (const Detail& detail : details) {
                json.member(detail.name, detail.value);
            }
            json.end_object();
        }
    }
    json.end_object();
}

}  // namespace belay::export_jobs
