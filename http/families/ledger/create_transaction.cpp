// transactions/json, inflow and outflow: money that moves at once, or is put on hold.
#include <algorithm>
#include <memory>

#include "core/base/check.hpp"
#include "http/drive/ledger_act.hpp"
#include "http/families/ledger/family.hpp"
#include "http/families/ledger/ledger_write.hpp"
#include "http/families/ledger/render.hpp"

namespace belay::ledger_api {
namespace {

/// What is made of a request: the transaction's texts are views of the request's.
struct Plan {
    TransactionRequest request;
    ledger::Transaction transaction;
};

class CreateTransaction final : public LedgerWrite {
  public:
    CreateTransaction(http::Exchange& exchange, const job::Uuid& id, std::unique_ptr<Plan> plan)
        : LedgerWrite(exchange), id_(id), plan_(std::move(plan)) {
        http::Subjects subjects;
        act_.name(id, plan_->transaction,
                  plan_->request.pending ? ledger::Ask::hold : ledger::Ask::post, subjects);
        set_subjects(subjects.all());
        set_importance(store::Importance::create);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        ledger::Transaction& transaction = plan_->transaction;
        const http::LedgerAct::Outcome outcome = act_.make(view, draft, transaction);
        switch (outcome.fault) {
            case ledger::MoveFault::none:
                break;
            case ledger::MoveFault::insufficient_funds:
                return refuse(errors::insufficient_funds, body);
            case ledger::MoveFault::not_held:
            case ledger::MoveFault::too_large:
                return refuse(errors::overflow, body);
        }
        const bool pending = plan_->request.pending;
        transaction.phase = pending ? ledger::Phase::pending : ledger::Phase::approved;
        transaction.was_pending = pending;
        transaction.created = view.now;
        transaction.updated = view.now;
        wire::JsonWriter json(body);
        render_transaction(id_, transaction,
                           pending ? ledger::name_of(transaction.phase) : "CREATED", json);
        return 201;
    }

    const job::Uuid id_;
    const std::unique_ptr<Plan> plan_;
    http::LedgerAct act_;
};

/// The accounts behind the aliases. They are never removed and their assets never change, so they
/// may be looked up before the decision.
std::optional<Refusal> add_legs(store::Lane& lane, const Place& place, std::uint8_t stripe,
                                Plan& plan) {
    for (const Entry& entry : plan.request.entries) {
        const std::optional<FoundAccount> found = FoundAccount::by_alias(lane, place, entry.alias);
        if (!found) {
            return Refusal{ledger::is_external(entry.alias) ? &errors::asset_not_found
                                                            : &errors::ineligible_account,
                           {},
                           "accountAlias"};
        }
        const ledger::Account account = found->account();
        if (account.asset != plan.request.asset) {
            return Refusal{&errors::asset_not_found, {}, "accountAlias"};
        }
        const bool is_striped = ledger::floor_of(account) == ledger::Floor::none;
        check(plan.transaction.add({entry.side, found->id(), is_striped ? stripe : std::uint8_t{0},
                                    entry.amount, entry.alias}),
              "a request has at most so many entries");
    }
    return std::nullopt;
}

void fill(ledger::Transaction& transaction, const Place& place, const TransactionRequest& request) {
    transaction.organization = place.organization;
    transaction.ledger = place.ledger;
    transaction.maker = ledger::Maker::client;
    transaction.value = request.value;
    transaction.asset = request.asset;
    transaction.description = request.description;
    transaction.chart_of_accounts_group = request.chart_of_accounts_group;
    transaction.code = request.code;
    transaction.route = request.route;
    transaction.metadata = request.metadata;
}

/// Money from outside is an inflow, by whatever call it comes.
bool takes_from_outside(const TransactionRequest& request) {
    return std::any_of(request.entries.begin(), request.entries.end(), [](const Entry& entry) {
        return entry.side == ledger::Side::source && ledger::is_external(entry.alias);
    });
}

}  // namespace

void Family::post(http::Exchange& exchange, Form form) const {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    const RequestKey key = read_key(exchange.head());
    if (key.refusal) {
        refuse(exchange, *key.refusal);
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    auto plan = std::make_unique<Plan>();
    std::optional<Refusal> refusal =
        parse_transaction(exchange.body(), form, shard.lane.now(), plan->request);
    if (!refusal && takes_from_outside(plan->request) &&
        !exchange.principal()->scopes.has(auth::Scopes::admin)) {
        refusal = Refusal{&errors::forbidden, {}, {}};
    }
    const auto stripe = static_cast<std::uint8_t>(exchange.shard().index() % ledger::stripes);
    if (!refusal) {
        refusal = add_legs(shard.lane, *place, stripe, *plan);
    }
    if (refusal) {
        refuse(exchange, *refusal);
        return;
    }
    fill(plan->transaction, *place, plan->request);
    auto& write =
        exchange.emplace_state<CreateTransaction>(exchange, shard.new_id(), std::move(plan));
    write.set_request_key(place->organization, place->ledger, key);
    shard.lane.submit(write);
}

void Family::create_transaction(http::Exchange& exchange) {
    post(exchange, Form::json);
}

void Family::create_inflow(http::Exchange& exchange) {
    post(exchange, Form::inflow);
}

void Family::create_outflow(http::Exchange& exchange) {
    post(exchange, Form::outflow);
}

}  // namespace belay::ledger_api
