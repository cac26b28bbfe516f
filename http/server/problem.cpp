#include "http/server/problem.hpp"

#include <array>

#include "core/base/check.hpp"
#include "http/wire/json_writer.hpp"
#include "http/wire/response.hpp"

namespace belay::http {
namespace {

struct Row {
    Trouble trouble;
    int status;
    std::string_view sentence;
};

constexpr std::array rows{
    Row{Trouble::bad_request, 400, "The request is malformed."},
    Row{Trouble::unauthenticated, 401, "invalid or missing authorization token"},
    Row{Trouble::forbidden, 403, "The credential does not have the scope that this needs."},
    Row{Trouble::not_found, 404, "There is nothing at this path."},
    Row{Trouble::method_not_allowed, 405, "This path does not have that method."},
    Row{Trouble::request_timeout, 408, "The request did not arrive in time."},
    Row{Trouble::length_required, 411, "The request must say how long its content is."},
    Row{Trouble::content_too_large, 413, "The content is too large."},
    Row{Trouble::uri_too_long, 414, "The request target is too long."},
    Row{Trouble::unsupported_media_type, 415, "This path does not take content of that type."},
    Row{Trouble::range_not_satisfiable, 416, "The range lies outside the content."},
    Row{Trouble::expectation_failed, 417, "The expectation is not known."},
    Row{Trouble::too_many_requests, 429, "Too many requests."},
    Row{Trouble::fields_too_large, 431, "The header fields are too large or too many."},
    Row{Trouble::internal, 500, "An unexpected fault; nothing was done."},
    Row{Trouble::not_implemented, 501, "The method is not implemented."},
    Row{Trouble::unavailable, 503, "Not available now; try again later."},
    Row{Trouble::version_not_supported, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."},
};

constexpr bool rows_are_in_order() {
    for (std::size_t index = 0; index < rows.size(); ++index) {
        if (rows[index].trouble != static_cast<Trouble>(index)) {
            return false;
        }
    }
    return rows.back().trouble == Trouble::version_not_supported;
}
static_assert(rows_are_in_order(), "a row for each trouble, found by its number");

const Row& row_of(Trouble trouble) noexcept {
    return rows[static_cast<std::size_t>(trouble)];
}

}  // namespace

int status_of(Trouble trouble) noexcept {
    return row_of(trouble).status;
}

Trouble trouble_of(int status) noexcept {
    for (const Row& row : rows) {
        if (row.status == status) {
            return row.trouble;
        }
    }
    return status < 500 ? Trouble::bad_request : Trouble::internal;
}

std::string_view sentence_of(Trouble trouble) noexcept {
    return row_of(trouble).sentence;
}

std::string_view PlainProblems::render(const Problem& problem, std::string_view,
                                       std::string& body) const {
    const int status = status_of(problem.trouble);
    wire::JsonWriter(body)
        .begin_object()
        .member("type", "about:blank")
        .member("title", wire::reason_of(status))
        .member("status", status)
        .member("detail", problem.detail)
        .end_object();
    return "application/problem+json";
}

}  // namespace belay::http
