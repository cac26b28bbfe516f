#include "http/families/webhooks/family.hpp"

#include <array>

#include "http/families/common/rate_limit.hpp"
#include "http/families/transfers/parse.hpp"

namespace belay::webhook_api {
namespace {

using http::buffered;
using http::ContentRule;
using http::Route;
using wire::Method;

constexpr std::string_view may_read = "transfers:read";
constexpr std::string_view may_write = "transfers:write";

constexpr std::array<std::string_view, 2> prefixes{"/v1/webhooks", "/v1/transfers/webhooks"};

}  // namespace

Family::Family(const Settings& settings) : settings_(settings), policy_(settings.addresses) {
    const auto read = [](std::string_view pattern, http::BufferedHandler handle) {
        return Route{.method = Method::get,
                     .pattern = pattern,
                     .handle = handle,
                     .scope = may_read,
                     .rate = http::rates::webhooks_read};
    };
    const auto write = [this](Method method, std::string_view pattern,
                              http::BufferedHandler handle) {
        return Route{.method = method,
                     .pattern = pattern,
                     .handle = handle,
                     .scope = may_write,
                     .body_bytes_max = settings_.json_bytes_max,
                     .content = ContentRule::json,
                     .rate = http::rates::webhooks_write};
    };
    routes_ = {
        write(Method::post, "/v1/webhooks", buffered<&Family::create>),
        read("/v1/webhooks", buffered<&Family::list>),
        read("/v1/webhooks/{webhookId}", buffered<&Family::get>),
        write(Method::put, "/v1/webhooks/{webhookId}", buffered<&Family::change>),
        write(Method::patch, "/v1/webhooks/{webhookId}", buffered<&Family::change>),
        write(Method::delete_, "/v1/webhooks/{webhookId}", buffered<&Family::remove>),
        write(Method::post, "/v1/webhooks/{webhookId}/rotate-secret", buffered<&Family::rotate>),
        read("/v1/webhooks/{webhookId}/deliveries", buffered<&Family::list_deliveries>),
        read("/v1/webhooks/dlq", buffered<&Family::list_dead_letters>),
        write(Method::post, "/v1/webhooks/dlq/{messageId}/retry", buffered<&Family::retry>),
        read("/v1/transfers/webhooks/dlq", buffered<&Family::list_dead_letters>),
        write(Method::post, "/v1/transfers/webhooks/dlq/{messageId}/retry",
              buffered<&Family::retry>)};
}

http::RouteFamily Family::routes() {
    return {prefixes, routes_, this, &errors_};
}

void Family::refuse(http::Exchange& exchange, const Refusal& refusal) {
    std::string& body = exchange.scratch();
    body.clear();
    render_error(*refusal.kind, refusal.message, refusal.details, body);
    exchange.respond(refusal.kind->status, "application/json", body);
}

bool Family::admit(http::Exchange& exchange, std::string_view* key) {
    if (const auto refusal =
            transfer_api::check_organization(exchange.head(), exchange.principal()->tenant, true)) {
        refuse(exchange, *refusal);
        return false;
    }
    if (key == nullptr) {
        return true;
    }
    const transfer_api::RequestKey read = transfer_api::read_key(exchange.head());
    if (read.refusal) {
        refuse(exchange, *read.refusal);
        return false;
    }
    *key = read.key;
    return true;
}

bool Family::read_id(http::Exchange& exchange, std::string_view name, job::Uuid& to) {
    if (const auto refusal = transfer_api::parse_path_id(exchange.parameter(name), name, to)) {
        refuse(exchange, *refusal);
        return false;
    }
    return true;
}

void Family::write_on(http::Exchange& exchange, WebhookWrite& write) {
    exchange.shard_context<http::ShardContext>().lane.submit(write);
}

}  // namespace belay::webhook_api
