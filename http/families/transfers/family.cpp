#include "http/families/transfers/family.hpp"

#include <array>

#include "http/families/common/rate_limit.hpp"
#include "http/families/transfers/parse.hpp"

namespace belay::transfer_api {
namespace {

namespace rates = http::rates;
using http::buffered;
using http::ContentRule;
using http::Route;
using wire::Method;

constexpr std::string_view may_read = "transfers:read";
constexpr std::string_view may_write = "transfers:write";

constexpr std::array<std::string_view, 1> prefixes{"/v1/transfers"};

}  // namespace

Family::Family(const Settings& settings, const Parts& parts) : settings_(settings), parts_(parts) {
    const auto post = [this](std::string_view pattern, http::BufferedHandler handle,
                             http::RateClass rate) {
        return Route{.method = Method::post,
                     .pattern = pattern,
                     .handle = handle,
                     .scope = may_write,
                     .body_bytes_max = settings_.json_bytes_max,
                     .content = ContentRule::json,
                     .rate = rate};
    };
    const auto get = [](std::string_view pattern, http::BufferedHandler handle,
                        http::RateClass rate) {
        return Route{.method = Method::get,
                     .pattern = pattern,
                     .handle = handle,
                     .scope = may_read,
                     .rate = rate};
    };
    routes_ = {
        post("/v1/transfers/initiate", buffered<&Family::initiate>, rates::transfers_initiate),
        post("/v1/transfers/process", buffered<&Family::process>, rates::transfers_process),
        get("/v1/transfers", buffered<&Family::list>, rates::transfers_list),
        get("/v1/transfers/{transferId}", buffered<&Family::get>, rates::transfers_get),
        post("/v1/transfers/{transferId}/cancel", buffered<&Family::cancel>,
             rates::transfers_cancel),
        post("/v1/transfers/ted-in/poll", buffered<&Family::poll>, rates::transfers_poll)};
}

http::RouteFamily Family::routes() {
    return {prefixes, routes_, this, &errors_};
}

std::string_view Errors::render(const http::Problem& problem, std::string_view,
                                std::string& body) const {
    const ErrorKind kind = kind_of_status(http::status_of(problem.trouble));
    // Where the contract has words, they are the same whatever the cause.
    const bool own_words =
        kind.code != "BTF-0001" || kind.status == errors::too_many_requests.status;
    render_error(kind, own_words ? std::string_view() : problem.detail, {}, body);
    return "application/json";
}

void Family::refuse(http::Exchange& exchange, const Refusal& refusal) {
    std::string& body = exchange.scratch();
    body.clear();
    render_error(*refusal.kind, refusal.message, refusal.details, body);
    exchange.respond(refusal.kind->status, "application/json", body);
}

bool Family::admit(http::Exchange& exchange, std::string_view& key) const {
    const job::TenantId& tenant = exchange.principal()->tenant;
    if (const auto refusal = check_organization(exchange.head(), tenant)) {
        refuse(exchange, *refusal);
        return false;
    }
    if (!settings_.rules.is_licensed(tenant)) {
        refuse(exchange, {&errors::unlicensed});
        return false;
    }
    const RequestKey read = read_key(exchange.head());
    if (read.refusal) {
        refuse(exchange, *read.refusal);
        return false;
    }
    key = read.key;
    return true;
}

}  // namespace belay::transfer_api
