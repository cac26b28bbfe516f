// Balances. Every answer is one cut: what it shows together was so at one moment.
#include "http/families/ledger/family.hpp"
#include "http/families/ledger/page_walk.hpp"
#include "http/families/ledger/render.hpp"

namespace belay::ledger_api {

/// All of a ledger's, those of the world outside included: available and onHold of one asset add up
/// to zero over all items. `lsn` is the log's position that they are shown at. A ledger with more
/// accounts than a page has is read in pages, each of a cut of its own.
void Family::list_balances(http::Exchange& exchange) {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    const std::optional<Page> page = read_page(exchange, balances_page);
    if (!page) {
        return;
    }
    ListBody items(exchange.scratch());
    PageWalk walk(*page);
    job::Lsn lsn = 0;
    auto& lane = exchange.shard_context<http::ShardContext>().lane;
    lane.at_one_cut([&](store::Cut& cut) {
        lsn = cut.lsn();
        walk.run(cut, {ledger::accounts_of_ledger, place->ledger},
                 [&](const job::Uuid& id, const store::RecordView& record) {
                     const ledger::Account account = account_in(record);
                     render_balance(id, account, read_balance(cut, id, account), items.item());
                 });
    });
    items.end(walk.limit(), walk.next(), lsn);
    exchange.respond(200, "application/json", exchange.scratch());
}

void Family::get_balance(http::Exchange& exchange) {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    const std::optional<FoundAccount> found = read_account(exchange, *place);
    if (!found) {
        return;
    }
    wire::JsonWriter json(exchange.scratch());
    const ledger::Account account = found->account();
    auto& lane = exchange.shard_context<http::ShardContext>().lane;
    lane.at_one_cut([&](store::Cut& cut) {
        render_balance(found->id(), account, read_balance(cut, found->id(), account), json);
    });
    exchange.respond(200, "application/json", exchange.scratch());
}

void Family::list_balances_of_account(http::Exchange& exchange) {
    if (const std::optional<Place> place = read_place(exchange)) {
        if (const std::optional<FoundAccount> found = read_account(exchange, *place)) {
            answer_balances(exchange, *found);
        }
    }
}

void Family::list_balances_of_alias(http::Exchange& exchange) {
    if (const std::optional<Place> place = read_place(exchange)) {
        if (const std::optional<FoundAccount> found = read_alias(exchange, *place)) {
            answer_balances(exchange, *found);
        }
    }
}

/// A list of the one that there is.
void Family::answer_balances(http::Exchange& exchange, const FoundAccount& found) const {
    const std::optional<Page> page = read_page(exchange, plain_page);
    if (!page) {
        return;
    }
    ListBody items(exchange.scratch());
    const ledger::Account account = found.account();
    auto& lane = exchange.shard_context<http::ShardContext>().lane;
    lane.at_one_cut([&](store::Cut& cut) {
        render_balance(found.id(), account, read_balance(cut, found.id(), account), items.item());
    });
    items.end(page->limit, {});
    exchange.respond(200, "application/json", exchange.scratch());
}

}  // namespace belay::ledger_api
