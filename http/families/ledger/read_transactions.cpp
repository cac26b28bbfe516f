// Transactions: listed, read.
#include "core/base/check.hpp"
#include "http/families/ledger/family.hpp"
#include "http/families/ledger/found_transaction.hpp"
#include "http/families/ledger/page_walk.hpp"
#include "http/families/ledger/render.hpp"

namespace belay::ledger_api {

ledger::Transaction transaction_in(const store::RecordView& record) {
    const auto transaction = ledger::decode_transaction(record.value);
    check(transaction.has_value(), "a ledger transaction's record can be read");
    return *transaction;
}

std::optional<FoundTransaction> FoundTransaction::read(store::Lane& lane, const Place& place,
                                                       const job::Uuid& id) {
    std::optional<FoundTransaction> found;
    lane.read({ledger::transaction_kind, id}, [&](const store::RecordView& record) {
        const ledger::Transaction transaction = transaction_in(record);
        if (transaction.organization == place.organization && transaction.ledger == place.ledger) {
            found = FoundTransaction(std::string(as_text(record.value)));
        }
    });
    return found;
}

void Family::get_transaction(http::Exchange& exchange) {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    const std::optional<job::Uuid> id = read_id(exchange, "transaction");
    if (!id) {
        return;
    }
    auto& lane = exchange.shard_context<http::ShardContext>().lane;
    const auto found = FoundTransaction::read(lane, *place, *id);
    if (!found) {
        fail(exchange, errors::transaction_not_found);
        return;
    }
    const ledger::Transaction transaction = found->transaction();
    wire::JsonWriter json(exchange.scratch());
    render_transaction(*id, transaction, ledger::name_of(transaction.phase), json);
    exchange.respond(200, "application/json", exchange.scratch());
}

void Family::list_transactions(http::Exchange& exchange) {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    const std::optional<Page> page = read_page(exchange, plain_page);
    if (!page) {
        return;
    }
    ListBody items(exchange.scratch());
    PageWalk walk(*page);
    walk.run(exchange.shard_context<http::ShardContext>().lane,
             {ledger::transactions_of_ledger, place->ledger},
             [&](const job::Uuid& id, const store::RecordView& record) {
                 const ledger::Transaction transaction = transaction_in(record);
                 render_transaction(id, transaction, ledger::name_of(transaction.phase),
                                    items.item());
             });
    items.end(walk.limit(), walk.next());
    exchange.respond(200, "application/json", exchange.scratch());
}

}  // namespace belay::ledger_api
