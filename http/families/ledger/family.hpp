// The embedded ledger on the wire, in the shapes and errors of Midaz 3.8.0 (transfers.md part 3).
//
// Not as Midaz: a balance is one for each account, with the account's id; lists go on by cursor
// only; operations do not repeat the balances before and after them; what is not kept is refused.
#pragma once

#include <vector>

#include "http/families/common/shard_context.hpp"
#include "http/families/ledger/errors.hpp"
#include "http/families/ledger/parse.hpp"
#include "http/families/ledger/parse_transaction.hpp"
#include "http/families/ledger/place.hpp"
#include "http/families/ledger/settings.hpp"
#include "http/server/exchange.hpp"
#include "http/server/router.hpp"
#include "store/schema.hpp"

namespace belay::ledger_api {

/// Shared by all shards; nothing in it changes after construction.
class Family {
  public:
    Family(const Settings& settings, const Parts& parts);

    /// For the router; valid as long as the family.
    http::RouteFamily routes();

    // The handlers.

    void create_ledger(http::Exchange& exchange);
    void list_ledgers(http::Exchange& exchange);
    void get_ledger(http::Exchange& exchange);

    void create_account(http::Exchange& exchange);
    void list_accounts(http::Exchange& exchange);
    void get_account(http::Exchange& exchange);
    void get_account_by_alias(http::Exchange& exchange);

    void list_balances(http::Exchange& exchange);
    void get_balance(http::Exchange& exchange);
    void list_balances_of_account(http::Exchange& exchange);
    void list_balances_of_alias(http::Exchange& exchange);

    void create_transaction(http::Exchange& exchange);
    void create_inflow(http::Exchange& exchange);
    void create_outflow(http::Exchange& exchange);
    void commit_transaction(http::Exchange& exchange);
    void cancel_transaction(http::Exchange& exchange);
    void revert_transaction(http::Exchange& exchange);
    void list_transactions(http::Exchange& exchange);
    void get_transaction(http::Exchange& exchange);

  private:
    class Errors final : public http::ErrorStyle {
      public:
        std::string_view render(const http::Problem& problem, std::string_view request_id,
                                std::string& body) const override;
    };

    // Each of these answers if it gives nothing.

    std::optional<job::TenantId> read_organization(http::Exchange& exchange) const;
    std::optional<job::Uuid> read_id(http::Exchange& exchange, std::string_view parameter) const;
    /// Of a ledger that is there.
    std::optional<Place> read_place(http::Exchange& exchange) const;
    std::optional<Page> read_page(http::Exchange& exchange, const PageRule& rule) const;
    std::optional<FoundAccount> read_account(http::Exchange& exchange, const Place& place) const;
    std::optional<FoundAccount> read_alias(http::Exchange& exchange, const Place& place) const;

    void fail(http::Exchange& exchange, const ErrorKind& kind) const;
    void refuse(http::Exchange& exchange, const Refusal& refusal) const;
    void answer_balances(http::Exchange& exchange, const FoundAccount& found) const;
    void post(http::Exchange& exchange, Form form) const;
    void end(http::Exchange& exchange, ledger::Ask ask) const;

    const Settings settings_;
    const Errors errors_;
    std::vector<http::Route> routes_;
};

/// What the store is to know of the family's records.
void add_to_schema(store::Schema& schema);

}  // namespace belay::ledger_api
