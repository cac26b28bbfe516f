// What the events family reads out of requests.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "http/client/address_policy.hpp"
#include "http/families/core_events/event_page.hpp"
#include "http/families/v2/errors.hpp"

namespace belay::core_events {

struct ListRequest {
    EventPage page;
    std::size_t limit = page_default;
    /// Of an object that is not known: there are no events of it.
    bool is_empty = false;
};

std::optional<v2::Refusal> parse_list(std::string_view query, ListRequest& to);

/// Whether a parameter of this name is an element of the array: "types", "types[]", "types[0]".
bool is_element_of(std::string_view name, std::string_view array) noexcept;

/// Which members of webhook_endpoint an answer shows.
struct Included {
    bool secret = false;
    bool url = false;
};

/// `include` of a GET: "webhook_endpoint.url" alone.
std::optional<v2::Refusal> parse_include(std::string_view query, Included& to);

/// What a URL must be to be registered.
struct UrlRule {
    const client::AddressPolicy& policy;
    bool allow_http = false;
};

/// What a request says about a destination; what it does not say is nullopt.
struct DestinationRequest {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> url;
    /// As outbox::Endpoint has them.
    std::optional<std::string> event_types;
    /// Of a change: null takes a key away. An object, or null.
    boost::json::value metadata;
    Included included;
};

std::optional<v2::Refusal> parse_create(std::string_view body, const UrlRule& rule,
                                        DestinationRequest& to);
std::optional<v2::Refusal> parse_change(std::string_view body, const UrlRule& rule,
                                        DestinationRequest& to);

/// The body of what has no parameters: nothing, or an object without members.
std::optional<v2::Refusal> parse_nothing(std::string_view body);

/// The metadata that a destination with `present` (a JSON object, or empty) has after a change,
/// likewise; a refusal if that is too much.
std::optional<v2::Refusal> change_metadata(std::string_view present,
                                           const boost::json::value& change, std::string& to);

}  // namespace belay::core_events
