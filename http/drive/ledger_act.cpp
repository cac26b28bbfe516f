#include "http/drive/ledger_act.hpp"

#include "core/base/check.hpp"

namespace belay::http {
namespace {

using ledger::Ask;
using ledger::Phase;

/// Absent is zero: an account has nothing before its first credit.
ledger::Balance balance_of(const std::optional<store::RecordView>& record) {
    if (!record) {
        return {};
    }
    const result<ledger::Balance> balance = ledger::decode_balance(record->value);
    check(balance.has_value(), "a balance's record can be read");
    return *balance;
}

/// The draft copies what it is given, so one text a thread serves all records: in the steady state
/// an act takes no memory from the heap.
std::string& empty_scratch() {
    thread_local std::string scratch;
    scratch.clear();
    return scratch;
}

template <class Value>
void put(store::Draft& draft, std::size_t subject, const Value& value) {
    std::string& bytes = empty_scratch();
    encode(value, bytes);
    draft.put(subject, as_byte_span(bytes));
}

}  // namespace

void LedgerAct::name(const job::Uuid& id, const ledger::Transaction& transaction, Ask ask,
                     Subjects& to) {
    const bool is_new = ask == Ask::post || ask == Ask::hold;
    check(!is_new || ledger::is_sound(transaction), "a new transaction is sound");
    ask_ = ask;
    transaction_ = to.add({ledger::transaction_kind, id});
    const ledger::Postings postings = ledger::postings_of(transaction, ask);
    part_count_ = postings.count;
    for (std::size_t at = 0; at < postings.count; ++at) {
        const ledger::Posting& posting = postings.storage[at];
        const ledger::Leg& leg = transaction.legs()[postings.leg[at]];
        const ledger::Floor floor =
            ledger::is_external(leg.alias) ? ledger::Floor::none : ledger::Floor::zero;
        parts_[at] = {to.add(ledger::balance_id(posting.account, leg.stripe)), posting.move,
                      posting.amount, floor, postings.leg[at]};
    }
}

LedgerAct::Outcome LedgerAct::make(const store::View& view, store::Draft& draft,
                                   const ledger::Transaction& transaction) {
    check(!view.subjects[transaction_], "a new transaction's id is new");
    const job::Rule<Phase> rule = ledger::rules.at(Phase::absent, ask_);
    Outcome outcome{.verdict = rule.verdict};
    if (!job::moves(rule.verdict) || !move_balances(view, draft, outcome)) {
        return outcome;
    }
    ledger::Transaction made = transaction;
    made.phase = rule.next;
    made.was_pending = rule.next == Phase::pending;
    made.created = view.now;
    made.updated = view.now;
    put(draft, transaction_, made);
    return outcome;
}

LedgerAct::Outcome LedgerAct::move(const store::View& view, store::Draft& draft) {
    const std::optional<store::RecordView>& record = view.subjects[transaction_];
    if (!record) {
        return {};
    }
    result<ledger::Transaction> transaction = ledger::decode_transaction(record->value);
    check(transaction.has_value(), "a ledger transaction's record can be read");
    check(ledger::postings_of(*transaction, ask_).count == part_count_,
          "what is moved was read when its balances were named");
    const job::Rule<Phase> rule = ledger::rules.at(transaction->phase, ask_);
    Outcome outcome{.verdict = rule.verdict};
    if (!job::moves(rule.verdict) || !move_balances(view, draft, outcome)) {
        return outcome;
    }
    transaction->phase = rule.next;
    transaction->updated = view.now;
    put(draft, transaction_, *transaction);
    return outcome;
}

/// All of them or, at the first that does not allow it, none.
bool LedgerAct::move_balances(const store::View& view, store::Draft& draft, Outcome& outcome) {
    std::array<ledger::Balance, ledger::legs_max> moved;
    for (std::size_t at = 0; at < part_count_; ++at) {
        const Part& part = parts_[at];
        const ledger::Moved each = ledger::apply(balance_of(view.subjects[part.subject]), part.move,
                                                 part.amount, part.floor);
        if (each.fault != ledger::MoveFault::none) {
            outcome.fault = each.fault;
            outcome.leg = part.leg;
            return false;
        }
        moved[at] = each.balance;
        moved[at].updated = view.now;
    }
    for (std::size_t at = 0; at < part_count_; ++at) {
        put(draft, parts_[at].subject, moved[at]);
    }
    return true;
}

}  // namespace belay::http
