#include "http/families/v2/errors.hpp"

#include <array>

#include "http/wire/json_writer.hpp"

namespace belay::v2 {
namespace {

constexpr std::string_view should_retry = "Stripe-Should-Retry";
constexpr std::array<http::ResponseField, 1> retry_yes{{{should_retry, "true"}}};
constexpr std::array<http::ResponseField, 1> retry_no{{{should_retry, "false"}}};
// What is limited is an operation, for each caller.
constexpr std::array<http::ResponseField, 2> rate_limited{
    {{should_retry, "true"}, {"Stripe-Rate-Limited-Reason", "endpoint-rate"}}};

/// What of an error is the server's to say: its message is the problem's own.
ErrorKind kind_of(http::Trouble trouble) noexcept {
    const auto kind = [trouble](std::string_view code, std::string_view type = {}) {
        return ErrorKind{http::status_of(trouble), code, type, {}};
    };
    // The official client has classes of its own for 401, 403 and 429, by status; these types are
    // what the API itself sends with them.
    switch (trouble) {
        case http::Trouble::bad_request:
            return kind("bad_request");
        case http::Trouble::unauthenticated:
            return kind("unauthorized", "invalid_request_error");
        case http::Trouble::forbidden:
            return kind("forbidden", "invalid_request_error");
        case http::Trouble::not_found:
            return kind("not_found");
        case http::Trouble::method_not_allowed:
            return kind("method_not_allowed");
        case http::Trouble::request_timeout:
            return kind("request_timeout");
        case http::Trouble::length_required:
            return kind("length_required");
        case http::Trouble::content_too_large:
            return kind("content_too_large");
        case http::Trouble::uri_too_long:
            return kind("uri_too_long");
        case http::Trouble::unsupported_media_type:
            return kind("unsupported_media_type");
        case http::Trouble::range_not_satisfiable:
            return kind("range_not_satisfiable");
        case http::Trouble::expectation_failed:
            return kind("expectation_failed");
        case http::Trouble::too_many_requests:
            return kind("account_rate_limit_exceeded", "rate_limit");
        case http::Trouble::fields_too_large:
            return kind("request_header_fields_too_large");
        case http::Trouble::internal:
            return kind("internal_error");
        case http::Trouble::not_implemented:
            return kind("not_implemented");
        case http::Trouble::unavailable:
            return kind("service_unavailable");
        case http::Trouble::version_not_supported:
            return kind("http_version_not_supported");
    }
    return errors::unexpected;
}

}  // namespace

Refusal invalid(std::string_view param, std::string message) {
    return {&errors::invalid_fields, std::move(message), std::string(param)};
}

void render_error(const ErrorKind& kind, std::string_view message, std::string_view param,
                  std::string& to) {
    wire::JsonWriter json(to);
    json.begin_object().name("error").begin_object();
    json.member("code", kind.code);
    json.member("message", message.empty() ? kind.message : message);
    if (!param.empty()) {
        json.member("param", param);
    }
    if (!kind.type.empty()) {
        json.member("type", kind.type);
    }
    json.end_object().end_object();
}

int render_refusal(const Refusal& refusal, std::string& to) {
    render_error(*refusal.kind, refusal.message, refusal.param, to);
    return refusal.kind->status;
}

http::ResponseFields retry_fields(Retry retry) noexcept {
    switch (retry) {
        case Retry::unsaid:
            break;
        case Retry::yes:
            return retry_yes;
        case Retry::no:
            return retry_no;
    }
    return {};
}

std::string_view Errors::render(const http::Problem& problem, std::string_view,
                                std::string& body) const {
    // 401: one body for every cause.
    const std::string_view message = problem.trouble == http::Trouble::unauthenticated
                                         ? "invalid or missing authorization token"
                                         : problem.detail;
    render_error(kind_of(problem.trouble), message, {}, body);
    return "application/json";
}

http::ResponseFields Errors::fields(http::Trouble trouble) const noexcept {
    switch (trouble) {
        case http::Trouble::too_many_requests:
            return rate_limited;
        case http::Trouble::unavailable:
        case http::Trouble::request_timeout:
            return retry_yes;
        default:
            return {};
    }
}

}  // namespace belay::v2
