// Errors that the server itself answers, whatever the family: a closed list, and the seam through
// which each family gives them its own shape.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace belay::http {

/// Every way in which a request fails before, beside or after its handler.
enum class Trouble : std::uint8_t {
    bad_request,             ///< 400: not HTTP/1.1 as belay reads it, or repeated Authorization
    unauthenticated,         ///< 401, one body for every cause
    forbidden,               ///< 403: a scope is missing
    not_found,               ///< 404: no such path
    method_not_allowed,      ///< 405, with Allow
    request_timeout,         ///< 408
    length_required,         ///< 411
    content_too_large,       ///< 413
    uri_too_long,            ///< 414
    unsupported_media_type,  ///< 415
    range_not_satisfiable,   ///< 416
    expectation_failed,      ///< 417
    too_many_requests,       ///< 429
    fields_too_large,        ///< 431
    internal,                ///< 500
    not_implemented,         ///< 501
    unavailable,             ///< 503
    version_not_supported,   ///< 505
};

/// 400 to 505.
int status_of(Trouble trouble) noexcept;

/// The trouble that is answered with `status`; bad_request for a 4xx, internal for another that
/// has none.
Trouble trouble_of(int status) noexcept;

/// Text for a person when nothing better is known.
std::string_view sentence_of(Trouble trouble) noexcept;

struct Problem {
    Trouble trouble = Trouble::internal;
    /// For a person; holds nothing of the request.
    std::string_view detail;
};

/// A field of an answer besides those that every answer has.
struct ResponseField {
    std::string_view name;
    std::string_view value;
};
using ResponseFields = std::span<const ResponseField>;

/// How a family words errors. Shared by all shards: thread-safe.
class ErrorStyle {
  public:
    virtual ~ErrorStyle() = default;

    /// Appends the body of the answer to `body`, which is empty, and returns its content type, a
    /// text that lives as long as the program.
    virtual std::string_view render(const Problem& problem, std::string_view request_id,
                                    std::string& body) const = 0;

    /// What the answer says in fields besides; texts that live as long as the program.
    virtual ResponseFields fields(Trouble) const noexcept { return {}; }
};

/// RFC 9457: what is answered outside every family, and before the path of a request is known.
class PlainProblems final : public ErrorStyle {
  public:
    std::string_view render(const Problem& problem, std::string_view request_id,
                            std::string& body) const override;
};

}  // namespace belay::http
