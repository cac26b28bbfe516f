#include "http/families/core_events/family.hpp"

#include <array>

#include "http/families/common/rate_limit.hpp"

namespace belay::core_events {
namespace {

using http::buffered;
using http::ContentRule;
using http::Route;
using wire::Method;

constexpr std::string_view may_read = "batches:read";
constexpr std::string_view may_write = "batches:write";

constexpr std::array<std::string_view, 2> prefixes{"/v2/core/events",
                                                   "/v2/core/event_destinations"};

}  // namespace

Family::Family(const Settings& settings) : settings_(settings), policy_(settings.addresses) {
    const auto read = [](std::string_view pattern, http::RateClass rate,
                         http::BufferedHandler handle) {
        return Route{.method = Method::get,
                     .pattern = pattern,
                     .handle = handle,
                     .scope = may_read,
                     .rate = rate};
    };
    const auto write = [](Method method, std::string_view pattern, http::BufferedHandler handle) {
        return Route{.method = method,
                     .pattern = pattern,
                     .handle = handle,
                     .scope = may_write,
                     .content = ContentRule::json,
                     .rate = http::rates::destinations_write};
    };
    constexpr std::string_view all = "/v2/core/event_destinations";
    constexpr std::string_view one = "/v2/core/event_destinations/{id}";
    using http::rates::destinations_read;
    using http::rates::events_read;
    routes_ = {read("/v2/core/events", events_read, buffered<&Family::list_events>),
               read("/v2/core/events/{id}", events_read, buffered<&Family::get_event>),
               read(all, destinations_read, buffered<&Family::list_destinations>),
               read(one, destinations_read, buffered<&Family::get_destination>),
               write(Method::post, all, buffered<&Family::create_destination>),
               write(Method::post, one, buffered<&Family::change_destination>),
               write(Method::delete_, one, buffered<&Family::remove_destination>),
               write(Method::post, "/v2/core/event_destinations/{id}/enable",
                     buffered<&Family::enable_destination>),
               write(Method::post, "/v2/core/event_destinations/{id}/disable",
                     buffered<&Family::disable_destination>),
               write(Method::post, "/v2/core/event_destinations/{id}/ping",
                     buffered<&Family::ping_destination>)};
}

http::RouteFamily Family::routes() {
    return {.prefixes = prefixes,
            .routes = routes_,
            .target = this,
            .errors = &errors_,
            .request_ids = http::RequestIds::stripe};
}

}  // namespace belay::core_events
