// What every route under /v2 does first and last: reads the version, and answers with the fields
// that tell the client how it was understood.
#pragma once

#include <optional>
#include <string_view>

#include "http/families/v2/errors.hpp"
#include "http/families/v2/version.hpp"
#include "http/server/exchange.hpp"

namespace belay::v2 {

/// The version of an authenticated request; nullopt: it is answered, with why it is refused.
std::optional<ApiVersion> admit(http::Exchange& exchange);

/// The key of the request (1 to 255 visible ASCII), empty if it has none.
struct KeyOrRefusal {
    std::string_view key;
    std::optional<Refusal> refusal;
};

KeyOrRefusal read_key(const wire::RequestHead& head);

/// Answers with JSON, or with nothing if `body` is empty; Stripe-Version and Idempotency-Key say
/// what the request said, if that was good.
void respond(http::Exchange& exchange, int status, std::string_view body,
             http::ResponseFields more = {});

/// Answers with an error, built in the exchange's scratch.
void fail(http::Exchange& exchange, const ErrorKind& kind, std::string_view message = {},
          std::string_view param = {});
void refuse(http::Exchange& exchange, const Refusal& refusal);

}  // namespace belay::v2
