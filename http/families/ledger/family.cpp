#include "http/families/ledger/family.hpp"

#include <array>

namespace belay::ledger_api {
namespace {

using http::buffered;
using http::ContentRule;
using http::Route;
using wire::Method;

constexpr std::string_view may_read = "transfers:read";
constexpr std::string_view may_write = "transfers:write";
/// Who makes accounts makes money possible, and an inflow makes money (contracts README 6).
constexpr std::string_view may_administer = auth::Scopes::admin;

constexpr std::array<std::string_view, 1> prefixes{"/v1/organizations"};

}  // namespace

Family::Family(const Settings& settings, const Parts&) : settings_(settings) {
    const auto read = [this](std::string_view pattern, http::BufferedHandler handle) {
        routes_.push_back(Route{.method = Method::get,
                                .pattern = pattern,
                                .handle = handle,
                                .scope = may_read,
                                .body_bytes_max = settings_.json_bytes_max});
    };
    const auto write = [this](std::string_view pattern, http::BufferedHandler handle,
                              std::string_view scope, ContentRule content = ContentRule::json) {
        routes_.push_back(Route{.method = Method::post,
                                .pattern = pattern,
                                .handle = handle,
                                .scope = scope,
                                .body_bytes_max = settings_.json_bytes_max,
                                .content = content});
    };
    write("/v1/organizations/{organization}/ledgers", buffered<&Family::create_ledger>,
          may_administer);
    read("/v1/organizations/{organization}/ledgers", buffered<&Family::list_ledgers>);
    read("/v1/organizations/{organization}/ledgers/{ledger}", buffered<&Family::get_ledger>);

    write("/v1/organizations/{organization}/ledgers/{ledger}/accounts",
          buffered<&Family::create_account>, may_administer);
    read("/v1/organizations/{organization}/ledgers/{ledger}/accounts",
         buffered<&Family::list_accounts>);
    read("/v1/organizations/{organization}/ledgers/{ledger}/accounts/{account}",
         buffered<&Family::get_account>);
    read("/v1/organizations/{organization}/ledgers/{ledger}/accounts/alias/{alias}",
         buffered<&Family::get_account_by_alias>);

    read("/v1/organizations/{organization}/ledgers/{ledger}/balances",
         buffered<&Family::list_balances>);
    read("/v1/organizations/{organization}/ledgers/{ledger}/balances/{account}",
         buffered<&Family::get_balance>);
    read("/v1/organizations/{organization}/ledgers/{ledger}/accounts/{account}/balances",
         buffered<&Family::list_balances_of_account>);
    read("/v1/organizations/{organization}/ledgers/{ledger}/accounts/alias/{alias}/balances",
         buffered<&Family::list_balances_of_alias>);

    write("/v1/organizations/{organization}/ledgers/{ledger}/transactions/json",
          buffered<&Family::create_transaction>, may_write);
    write("/v1/organizations/{organization}/ledgers/{ledger}/transactions/inflow",
          buffered<&Family::create_inflow>, may_administer);
    write("/v1/organizations/{organization}/ledgers/{ledger}/transactions/outflow",
          buffered<&Family::create_outflow>, may_write);
    // These three have no body; what is sent is not looked at.
    write("/v1/organizations/{organization}/ledgers/{ledger}/transactions/{transaction}/commit",
          buffered<&Family::commit_transaction>, may_write, ContentRule::any);
    write("/v1/organizations/{organization}/ledgers/{ledger}/transactions/{transaction}/cancel",
          buffered<&Family::cancel_transaction>, may_write, ContentRule::any);
    write("/v1/organizations/{organization}/ledgers/{ledger}/transactions/{transaction}/revert",
          buffered<&Family::revert_transaction>, may_write, ContentRule::any);
    read("/v1/organizations/{organization}/ledgers/{ledger}/transactions",
         buffered<&Family::list_transactions>);
    read("/v1/organizations/{organization}/ledgers/{ledger}/transactions/{transaction}",
         buffered<&Family::get_transaction>);
}

http::RouteFamily Family::routes() {
    return {prefixes, routes_, this, &errors_};
}

std::string_view Family::Errors::render(const http::Problem& problem, std::string_view,
                                        std::string& body) const {
    const ErrorKind kind = kind_of_status(http::status_of(problem.trouble));
    // A missing token and a bad one, a missing scope: the family's own words, always the same.
    const std::string_view said = !kind.message.empty()    ? kind.message
                                  : problem.detail.empty() ? http::sentence_of(problem.trouble)
                                                           : problem.detail;
    render_error(kind, said, {}, body);
    return "application/json";
}

void Family::fail(http::Exchange& exchange, const ErrorKind& kind) const {
    refuse(exchange, {&kind, {}, {}});
}

void Family::refuse(http::Exchange& exchange, const Refusal& refusal) const {
    std::string& body = exchange.scratch();
    body.clear();
    const int status = render_refusal(refusal, body);
    exchange.respond(status, "application/json", body);
}

std::optional<job::Uuid> Family::read_id(http::Exchange& exchange,
                                         std::string_view parameter) const {
    const result<job::Uuid> id = job::parse_uuid(exchange.parameter(parameter));
    if (!id) {
        refuse(exchange, {&errors::invalid_path, {}, std::string(parameter)});
        return std::nullopt;
    }
    return *id;
}

std::optional<job::TenantId> Family::read_organization(http::Exchange& exchange) const {
    const std::optional<job::Uuid> organization = read_id(exchange, "organization");
    if (organization && *organization != exchange.principal()->tenant) {
        fail(exchange, errors::not_found);
        return std::nullopt;
    }
    return organization;
}

std::optional<Place> Family::read_place(http::Exchange& exchange) const {
    const std::optional<job::TenantId> organization = read_organization(exchange);
    if (!organization) {
        return std::nullopt;
    }
    const std::optional<job::Uuid> ledger = read_id(exchange, "ledger");
    if (!ledger) {
        return std::nullopt;
    }
    const Place place{*organization, *ledger};
    if (!has_ledger(exchange.shard_context<http::ShardContext>().lane, settings_, place)) {
        fail(exchange, errors::not_found);
        return std::nullopt;
    }
    return place;
}

std::optional<Page> Family::read_page(http::Exchange& exchange, const PageRule& rule) const {
    Page page;
    if (const std::optional<Refusal> refusal = parse_page(exchange.query(), rule, page)) {
        refuse(exchange, *refusal);
        return std::nullopt;
    }
    return page;
}

std::optional<FoundAccount> Family::read_account(http::Exchange& exchange,
                                                 const Place& place) const {
    const std::optional<job::Uuid> id = read_id(exchange, "account");
    if (!id) {
        return std::nullopt;
    }
    auto& lane = exchange.shard_context<http::ShardContext>().lane;
    std::optional<FoundAccount> found = FoundAccount::by_id(lane, place, *id);
    if (!found) {
        fail(exchange, errors::not_found);
    }
    return found;
}

std::optional<FoundAccount> Family::read_alias(http::Exchange& exchange, const Place& place) const {
    auto& lane = exchange.shard_context<http::ShardContext>().lane;
    std::optional<FoundAccount> found =
        FoundAccount::by_alias(lane, place, exchange.parameter("alias"));
    if (!found) {
        fail(exchange, errors::not_found);
    }
    return found;
}

}  // namespace belay::ledger_api
