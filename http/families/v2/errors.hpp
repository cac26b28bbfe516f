// The words of everything under /v2 for what goes wrong: the envelope of Stripe's API v2, in one
// table (batches.md 5 and 9).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/server/problem.hpp"

namespace belay::v2 {

/// Stripe-Should-Retry: what overrules a client library's own idea of when to send again.
enum class Retry : std::uint8_t { unsaid, yes, no };

/// One kind of error. The message may be made more exact by whoever answers.
struct ErrorKind {
    int status;
    std::string_view code;
    /// Only where it changes what the official client makes of the answer; else empty.
    std::string_view type;
    std::string_view message;
    Retry retry = Retry::unsaid;
};

namespace errors {

inline constexpr ErrorKind invalid_fields{400, "invalid_fields", {}, "The request is not valid."};
inline constexpr ErrorKind version_absent{
    400, "stripe_api_version_not_provided", {}, "The Stripe-Version header is required."};
inline constexpr ErrorKind version_invalid{
    400,
    "stripe_api_version_invalid",
    {},
    "Stripe-Version must be a date, YYYY-MM-DD, with an optional name: 2026-08-26.preview."};
inline constexpr ErrorKind other_account{
    403, "account_invalid", "invalid_request_error",
    "The credential has no access to the account that Stripe-Account or Stripe-Context names."};
inline constexpr ErrorKind not_found{404, "not_found", {}, "There is no such object."};
inline constexpr ErrorKind key_reused{
    409, "idempotency_error", "idempotency_error",
    "The Idempotency-Key was used before, for a request with another body or query.", Retry::no};
/// The same request was done before, and what it made is gone.
inline constexpr ErrorKind replay_gone{
    409, "idempotency_conflict", "idempotency_error",
    "The request under this Idempotency-Key was done, and what it was about is gone since.",
    Retry::no};
inline constexpr ErrorKind unexpected{500, "internal_error", {}, "An unexpected error occurred."};
inline constexpr ErrorKind unavailable{
    503, "service_unavailable", {}, "Not available now: nothing was done.", Retry::yes};
inline constexpr ErrorKind outcome_unknown{
    503,
    "service_unavailable",
    {},
    "The outcome is not known yet; the same request with the same Idempotency-Key finds out.",
    Retry::yes};

}  // namespace errors

/// Why a request is refused.
struct Refusal {
    const ErrorKind* kind = nullptr;
    /// Empty: the kind's own.
    std::string message;
    /// The parameter or header that is at fault, "endpoint.path"; empty: none.
    std::string param;
};

/// 400 invalid_fields, of a parameter or a header.
Refusal invalid(std::string_view param, std::string message);

/// Appends the body of an error. An empty `message` is the kind's own; an empty `param` is none.
void render_error(const ErrorKind& kind, std::string_view message, std::string_view param,
                  std::string& to);

/// Appends the body of a refusal; returns its status.
int render_refusal(const Refusal& refusal, std::string& to);

/// The field that says it; nothing if that is to be the client's own idea.
http::ResponseFields retry_fields(Retry retry) noexcept;

/// How the server's own errors read under /v2.
class Errors final : public http::ErrorStyle {
  public:
    std::string_view render(const http::Problem& problem, std::string_view request_id,
                            std::string& body) const override;
    http::ResponseFields fields(http::Trouble trouble) const noexcept override;
};

}  // namespace belay::v2
