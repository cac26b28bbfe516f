// What the webhooks family reads out of requests. A body is told of all its faults at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "http/client/address_policy.hpp"
#include "http/families/webhooks/errors.hpp"

namespace belay::webhook_api {

inline constexpr std::size_t page_max = 200;
inline constexpr std::size_t page_default = 50;
/// A page further down is no page that anybody reads; who wants the rest works off the first.
inline constexpr std::size_t offset_max = 5'000;

/// What a request says about a webhook; what it does not say is nullopt.
struct WebhookRequest {
    std::optional<std::string> name;
    std::optional<std::string> url;
    std::optional<bool> is_enabled;
    /// As outbox::Endpoint has them.
    std::optional<std::string> event_types;
};

/// What a URL must be to be registered.
struct UrlRule {
    const client::AddressPolicy& policy;
    bool allow_http = false;
};

/// `is_whole`: name and endpointUrl are required.
std::optional<Refusal> parse_webhook(std::string_view body, bool is_whole, const UrlRule& rule,
                                     WebhookRequest& to);

/// No body, or {"overlapSeconds": 0 to seven days}.
std::optional<Refusal> parse_rotation(std::string_view body, Milliseconds& overlap);

struct PageRequest {
    std::size_t limit = page_default;
    std::size_t offset = 0;
};

std::optional<Refusal> parse_page(std::string_view query, PageRequest& to);

}  // namespace belay::webhook_api
