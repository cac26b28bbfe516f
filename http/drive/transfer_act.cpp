#include "http/drive/transfer_act.hpp"

#include <algorithm>

#include "core/transfers/usage_id.hpp"
#include "http/drive/guard_id.hpp"
#include "http/drive/inbound_money.hpp"
#include "http/drive/limits_back.hpp"
#include "http/drive/transfer_event.hpp"

namespace belay::http {
namespace {

using transfers::Ask;
using transfers::MoneyAct;
using transfers::Scope;
using transfers::Transfer;

/// What the record of a transfer mostly fits in: one allocation in place of some that double.
constexpr std::size_t usual_bytes = 768;

/// What becomes of the money if the ask applies (transfers::decide).
std::optional<MoneyAct> money_of(transfers::Type type, Ask ask) noexcept {
    const bool is_inbound = type == transfers::Type::ted_in;
    switch (ask) {
        case Ask::complete:
            return is_inbound ? MoneyAct::inflow : MoneyAct::commit;
        case Ask::cancel:
        case Ask::reject:
        case Ask::fail:
            return is_inbound ? std::nullopt : std::optional(MoneyAct::release);
        case Ask::chargeback:
            return is_inbound ? std::optional(MoneyAct::revert) : std::nullopt;
        default:
            return std::nullopt;
    }
}

bool gives_back_limits(Ask ask) noexcept {
    return ask == Ask::cancel || ask == Ask::reject || ask == Ask::fail;
}

bool gives_back_limits(transfers::Phase phase) noexcept {
    return transfers::is_terminal(phase) && phase != transfers::Phase::completed;
}

}  // namespace

bool TransferAct::name(store::Lane& lane, const job::Uuid& id, Ask ask, const job::Uuid& event,
                       const job::Uuid& transaction, Subjects& to) {
    id_ = id;
    bytes_->reserve(usual_bytes);
    const job::RecordId record{transfers::transfer_kind, id};
    subject_ = to.add(record);
    Transfer transfer;  // what of it never changes
    const bool found = lane.read(record, [&](const store::RecordView& standing) {
        const result<Transfer> read = transfers::decode_transfer(standing.value);
        if (!read) {
            return;  // nobody can do anything with it: decide() says so
        }
        transfer.tenant = read->tenant;
        transfer.type = read->type;
        transfer.ledger = read->ledger;
        transfer.recipient_account = read->recipient_account;
        transfer.amount = read->amount;
        transfer.fee = read->fee;
        transfer.ledger_transaction = read->ledger_transaction;
        transfer.is_external = read->is_external;
        // Another ledger may turn a completion into a failure.
        if (gives_back_limits(ask) || read->is_external) {
            name_counters(*read, to);
        }
        if (ask == Ask::cancel) {
            guard_ = to.add(guard_id(*read, *bytes_));
        }
    });
    if (found) {
        if (!transfer.is_external) {
            name_money(lane, transfer, ask, transaction, to);
        }
        if (!suppresses_event_) {
            event_.name(event, Audience::of(lane, transfer.tenant, transfers::event_names()), to);
        }
    }
    return found;
}

/// Of an outbound transfer the hold, which was made with it and whose legs never change.
void TransferAct::name_money(store::Lane& lane, const Transfer& transfer, Ask ask,
                             const job::Uuid& transaction, Subjects& to) {
    const std::optional<MoneyAct> act = money_of(transfer.type, ask);
    if (!act) {
        return;
    }
    if (*act == MoneyAct::inflow || *act == MoneyAct::revert) {
        name_inbound_money(lane, transfer, *act, transaction, to);
        return;
    }
    const job::RecordId record{ledger::transaction_kind, transfer.ledger_transaction};
    lane.read(record, [&](const store::RecordView& found) {
        const auto hold = ledger::decode_transaction(found.value);
        if (hold) {
            money_ = Money{*act, transfer.ledger_transaction};
            ledger_.name(money_->transaction, *hold,
                         *act == MoneyAct::commit ? ledger::Ask::commit : ledger::Ask::cancel, to);
        }
    });
}

/// Nothing is named if the recipient is unknown: then no money moves, and no such ask applies.
void TransferAct::name_inbound_money(store::Lane& lane, const Transfer& transfer, MoneyAct act,
                                     const job::Uuid& transaction, Subjects& to) {
    const job::RecordId recipient{ledger::account_kind, transfer.recipient_account};
    lane.read(recipient, [&](const store::RecordView& found) {
        const auto account = ledger::decode_account(found.value);
        if (account && transfer.fee < transfer.amount) {
            recipient_alias_ = account->alias;
            money_ = Money{act, transaction};
            ledger_.name(transaction,
                         inbound_transaction(transfer, act, recipient_alias_, transaction),
                         ledger::Ask::post, to);
        }
    });
}

void TransferAct::name_counters(const Transfer& transfer, Subjects& to) {
    if (!transfer.counted_on) {
        return;
    }
    for (std::size_t at = 0; at < transfers::scope_count; ++at) {
        const auto scope = static_cast<Scope>(at);
        counters_[at] = to.add(usage_id(scope, transfer.tenant, transfer.sender_account,
                                        period_of(scope, *transfer.counted_on)));
    }
}

job::Verdict TransferAct::decide(const store::View& view, store::Draft& draft,
                                 const transfers::Request& request) {
    transfer_ = {};
    before_ = transfers::Phase::absent;
    fault_ = ledger::MoveFault::none;
    opened_intent_ = false;
    is_busy_ = false;
    made_event_ = false;
    const std::optional<store::RecordView>& record = view.subjects[subject_];
    if (!record) {
        return job::Verdict::not_found;
    }
    const result<Transfer> standing = transfers::decode_transfer(record->value);
    if (!standing) {
        return job::Verdict::not_found;
    }
    transfer_ = *standing;
    before_ = standing->phase;
    transfers::Decision decision = standing->is_external
                                       ? decide_elsewhere(*standing, request, view.now)
                                       : transfers::decide(&*standing, request, view.now);
    if (!job::moves(decision.verdict)) {
        if (decision.event) {
            tell_alone(view, draft, *decision.event);
        }
        return decision.verdict;
    }
    if (decision.money) {
        const LedgerAct::Outcome outcome = move_money(view, draft, decision.next);
        if (!outcome.moved()) {
            fault_ = outcome.fault;
            refuse_of_the_rail(view, draft, request.ask);
            return job::Verdict::wrong_phase;
        }
    }
    if (request.ask == Ask::cancel && before_ == transfers::Phase::pending && rail_ != nullptr) {
        // Should the cancel not come to be logged, the rail still does not execute the transfer:
        // it says so when it is sent again, and the driver cancels.
        rail_->withdraw(id_);
    }
    transfer_ = decision.next;
    bytes_->clear();
    transfers::encode(transfer_, *bytes_);
    draft.put(subject_, as_byte_span(*bytes_));
    if (opened_intent_) {
        return decision.verdict;
    }
    if (gives_back_limits(transfer_.phase)) {
        give_back_limits(view, draft, counters_, transfer_, *bytes_);
    }
    if (transfer_.phase == transfers::Phase::cancelled) {
        remove_guard(view, draft, transfer_);
    }
    if (decision.event) {
        tell(view, draft, *decision.event);
    }
    return decision.verdict;
}

/// No money is moved here: the other ledger will move it, or has.
transfers::Decision TransferAct::decide_elsewhere(const Transfer& standing,
                                                  const transfers::Request& request, WallTime now) {
    transfers::Decision decision;
    if (!confirmation_) {
        transfers::ExternalDecision made = transfers::decide_external(standing, request, now);
        opened_intent_ = made.is_opened;
        is_busy_ = made.is_busy;
        decision = made.decision;
    } else if (standing.intent && standing.intent->ask == request.ask && standing.is_visible()) {
        decision = transfers::resolve(standing, *confirmation_, now);
    }
    decision.money.reset();
    return decision;
}

LedgerAct::Outcome TransferAct::move_money(const store::View& view, store::Draft& draft,
                                           Transfer& transfer) {
    if (!money_) {
        return {};
    }
    if (money_->act == MoneyAct::commit || money_->act == MoneyAct::release) {
        return ledger_.move(view, draft);
    }
    if (money_->act == MoneyAct::inflow) {
        transfer.ledger_transaction = money_->transaction;
    }
    return ledger_.make(
        view, draft,
        inbound_transaction(transfer, money_->act, recipient_alias_, money_->transaction));
}

/// Only its own: the guard of an initiation that came later stands.
void TransferAct::remove_guard(const store::View& view, store::Draft& draft,
                               const Transfer& transfer) {
    if (!guard_ || !view.subjects[*guard_]) {
        return;
    }
    const auto guard = transfers::decode_guard(view.subjects[*guard_]->value);
    if (guard && guard->initiation == transfer.initiation) {
        draft.remove(*guard_);
    }
}

/// The ledger does not allow what the rail says has happened.
void TransferAct::refuse_of_the_rail(const store::View& view, store::Draft& draft, Ask ask) {
    const bool is_outbound = transfer_.type == transfers::Type::ted_out && ask != Ask::cancel;
    if (is_outbound || ask == Ask::chargeback) {
        tell_alone(view, draft, transfers::Event::reconciliation_required);
    }
}

/// An event of a transfer that has not changed. It moves to an equal version: the event rests on
/// it, and has its place in the order of the transfer's events from it.
void TransferAct::tell_alone(const store::View& view, store::Draft& draft, transfers::Event event) {
    if (event_.is_wanted(static_cast<std::size_t>(event))) {
        draft.put(subject_, view.subjects[subject_]->value);
        tell(view, draft, event);
    }
}

void TransferAct::tell(const store::View& view, store::Draft& draft, transfers::Event event) {
    const auto place = static_cast<std::size_t>(event);
    if (!event_.is_wanted(place)) {
        return;
    }
    bytes_->clear();
    render_transfer_event(event, id_, transfer_, std::max(view.now, transfer_.updated), zone_,
                          *bytes_);
    made_event_ = event_.put(view, draft,
                             {.tenant = transfer_.tenant,
                              .subject = {transfers::transfer_kind, id_},
                              .subject_version = next_version(view.subjects[subject_]),
                              .name_place = place,
                              .name = name_of(event),
                              .body = *bytes_});
}

}  // namespace belay::http
