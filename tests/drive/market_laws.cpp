// What must hold of a market, whatever happens.
#include <algorithm>

#include "tests/drive/market.hpp"

namespace belay::bank {
namespace {

using transfers::Phase;
using transfers::Type;

constexpr std::size_t trace_shown = 60;

bool holds_money(const Seen& seen) {
    return seen.type != Type::ted_in && !is_terminal(seen.phase);
}

/// Of a type that can be charged back, the end is none yet.
bool is_final(const Seen& seen) {
    return is_terminal(seen.phase) && (seen.type != Type::ted_in || seen.phase != Phase::completed);
}

}  // namespace

/// What the transfer has done to the accounts.
void Market::book(const Seen& seen, AllBooks& books) const {
    const bool is_paid = seen.phase == Phase::completed;
    const std::int64_t total = seen.amount + seen.fee;
    if (seen.type == Type::ted_in) {
        const bool was_paid = std::find(seen.history.begin(), seen.history.end(),
                                        Phase::completed) != seen.history.end();
        const std::int64_t sign = is_paid ? 1 : 0;
        const std::uint64_t moves = was_paid ? (is_paid ? 1 : 2) : 0;
        Books& recipient = books[seen.recipient];
        recipient.available += sign * (seen.amount - seen.fee);
        recipient.moves += moves;
        books[bank_.outside_account()].available -= sign * seen.amount;
        books[bank_.fee_account()].available += sign * seen.fee;
        return;
    }
    Books& sender = books[seen.sender];
    sender.on_hold += holds_money(seen) ? total : 0;
    sender.available -= holds_money(seen) || is_paid ? total : 0;
    sender.moves += holds_money(seen) ? 1 : 2;
    if (is_paid) {
        Books& other = books[seen.type == Type::p2p ? seen.recipient : bank_.outside_account()];
        other.available += seen.amount;
        other.moves += 1;
        books[bank_.fee_account()].available += seen.fee;
    }
}

/// All that is not over, and all the money, at one cut.
void Market::judge() {
    if (!broken_.empty()) {
        return;
    }
    ++tally_.cuts;
    bank_.reader().at_one_cut([&](store::Cut& cut) {
        AllBooks books = base_;
        for (const job::Uuid& id : active_) {
            judge_transfer(cut, id, known_.at(id), books);
        }
        judge_books(cut, books);
    });
    std::erase_if(active_, [&](const job::Uuid& id) {
        Known& known = known_.at(id);
        if (known.seen && is_final(*known.seen)) {
            book(*known.seen, base_);
            known.is_folded = true;
        }
        return known.is_folded;
    });
}

/// The same, looking at what is over, too: after a start nothing is taken on trust.
void Market::judge_all() {
    bank_.reader().at_one_cut([&](store::Cut& cut) {
        for (const job::Uuid& id : ids_) {
            AllBooks ignored;
            judge_transfer(cut, id, known_.at(id), ignored);
        }
    });
    judge();
}

void Market::judge_transfer(store::Cut& cut, const job::Uuid& id, Known& known, AllBooks& books) {
    std::optional<Seen> seen;
    cut.read({transfers::transfer_kind, id},
             [&](const store::RecordView& record) { seen = seen_of(record); });
    if (!seen) {
        require(!known.was_told && !known.seen, "what was told or seen to be there is there", &id);
        return;
    }
    judge_history(id, known, *seen);
    judge_hold(cut, id, *seen);
    book(*seen, books);
    known.seen = std::move(seen);
}

void Market::judge_history(const job::Uuid& id, const Known& known, const Seen& seen) {
    require(!known.is_cancelled || seen.phase == Phase::cancelled,
            "a cancel that a client was told of is final", &id);
    require(seen.history.back() == seen.phase, "the history ends with the state", &id);
    Phase before = Phase::absent;
    for (const Phase next : seen.history) {
        bool is_a_step = false;
        for (std::size_t ask = 0; ask < transfers::Rules::asks; ++ask) {
            const auto rule = rules_of(seen.type).at(before, static_cast<transfers::Ask>(ask));
            is_a_step = is_a_step || (job::moves(rule.verdict) && rule.next == next);
        }
        require(is_a_step, "each step of a history is one of the contract's", &id);
        before = next;
    }
    if (!known.seen) {
        return;
    }
    const auto& old = known.seen->history;
    require(old.size() <= seen.history.size() &&
                std::equal(old.begin(), old.end(), seen.history.begin()),
            "a history only grows", &id);
    require(known.seen->version <= seen.version, "versions only grow", &id);
    require(known.seen->updated <= seen.updated, "time in a transfer does not run backwards", &id);
}

/// The ledger's transaction is where the transfer is, at the same cut.
void Market::judge_hold(store::Cut& cut, const job::Uuid& id, const Seen& seen) {
    if (seen.type == Type::ted_in) {
        return;
    }
    std::optional<ledger::Phase> phase;
    cut.read({ledger::transaction_kind, seen.ledger_transaction},
             [&](const store::RecordView& record) {
                 phase = ledger::decode_transaction(record.value).value().phase;
             });
    ledger::Phase expected = ledger::Phase::canceled;
    if (holds_money(seen)) {
        expected = ledger::Phase::pending;
    } else if (seen.phase == Phase::completed) {
        expected = ledger::Phase::approved;
    }
    require(phase == expected, "a hold ends with its transfer", &id);
}

void Market::judge_books(store::Cut& cut, const AllBooks& books) {
    std::int64_t sum = 0;
    const auto expect = [&](const job::Uuid& account, bool is_external) {
        const ledger::Balance has = bank_.balance_of(cut, account, is_external);
        sum += has.available.minor + has.on_hold.minor;
        const auto found = books.find(account);
        const Books expected = found == books.end() ? Books{} : found->second;
        require(has.available.minor == expected.available, "available is what transfers say",
                &account);
        require(has.on_hold.minor == expected.on_hold, "on hold is what transfers say", &account);
        if (!is_external) {
            require(has.available.minor >= 0 && has.on_hold.minor >= 0, "no account is below zero",
                    &account);
            require(has.version == expected.moves, "each hold ends once, and nothing else moves",
                    &account);
        }
    };
    for (std::size_t account = 0; account < account_count; ++account) {
        expect(bank_.account(account), false);
    }
    expect(bank_.outside_account(), true);
    expect(bank_.fee_account(), true);
    require(sum == 0, "all accounts together are zero");
}

/// Everything has had its time.
void Market::judge_end() {
    std::map<std::size_t, std::pair<std::int64_t, std::uint64_t>> used;
    for (const job::Uuid& id : ids_) {
        const Known& known = known_.at(id);
        if (!known.seen) {
            continue;
        }
        require(is_terminal(known.seen->phase),
                "every transfer ends; this is " + std::string(name_of(known.seen->type)) + " " +
                    std::string(name_of(known.seen->phase)) +
                    (known.was_told ? ", a client was told of it" : ", no client was told of it"),
                &id);
        ++tally_.ends[{known.seen->type, known.seen->phase}];
        if (known.seen->phase == Phase::cancelled && !known.is_cancelled) {
            ++tally_.withdrawals_finished;
        }
        const auto& history = known.seen->history;
        if (known.seen->type == Type::ted_in && known.seen->phase == Phase::failed &&
            std::find(history.begin(), history.end(), Phase::completed) != history.end()) {
            ++tally_.chargebacks;
        }
        if (known.seen->type != Type::ted_in && known.seen->phase == Phase::completed) {
            auto& [amount, count] = used[known.order.sender];
            amount += known.seen->amount;
            ++count;
        }
    }
    if (settings_.counts_limits) {
        for (std::size_t account = 0; account < account_count; ++account) {
            const auto usage = bank_.usage(transfers::Scope::account_day, account);
            require((usage ? usage->amount.minor : 0) == used[account].first &&
                        (usage ? usage->count : 0) == used[account].second,
                    "limits count what was paid, and give the rest back", &bank_.account(account));
        }
    }
    if (settings_.has_webhook) {
        judge_events();
    }
    // What was offered and never came to be is looked for some minutes more.
    bank_.pass(std::chrono::minutes(10));
    require(bank_.driver().size() == 0, "nobody waits for what has ended");
}

/// The end of each transfer was told, once.
void Market::judge_events() {
    const auto told = bank_.all_events();
    for (const job::Uuid& id : ids_) {
        const Known& known = known_.at(id);
        if (!known.seen) {
            continue;
        }
        std::vector<std::string> expected;
        for (const Phase phase : known.seen->history) {
            switch (phase) {
                case Phase::completed:
                    expected.emplace_back(known.seen->type == Type::ted_in
                                              ? "transfer.incoming.completed"
                                              : "transfer.completed");
                    break;
                case Phase::rejected:
                    expected.emplace_back("transfer.rejected");
                    break;
                case Phase::cancelled:
                    expected.emplace_back("transfer.cancelled");
                    break;
                case Phase::failed:
                    if (known.seen->type != Type::ted_in) {
                        expected.emplace_back("transfer.failed");
                    } else if (!expected.empty()) {
                        expected.emplace_back("transfer.incoming.chargeback");
                    }
                    break;
                default:
                    break;
            }
        }
        std::vector<std::string> names;
        const auto found = told.find(id);
        if (found != told.end()) {
            std::copy_if(
                found->second.begin(), found->second.end(), std::back_inserter(names),
                [](const std::string& name) { return name != "transfer.reconciliation_required"; });
        }
        require(names == expected, "each end is told once, in its order", &id);
    }
}

void Market::require(bool holds, std::string_view law, const job::Uuid* id) {
    if (holds || !broken_.empty()) {
        return;
    }
    broken_ = std::string(law);
    if (id != nullptr) {
        broken_ += " (" + job::format_uuid(*id) + ")";
    }
    broken_ += "\nthe round so far:\n";
    const std::size_t from = trace_.size() > trace_shown ? trace_.size() - trace_shown : 0;
    for (std::size_t at = from; at < trace_.size(); ++at) {
        broken_ += "  " + trace_[at] + "\n";
    }
}

std::string Tally::summary() const {
    std::string text =
        std::to_string(rounds) + " rounds, " + std::to_string(acts) + " acts, " +
        std::to_string(cuts) + " cuts held against the model, " + std::to_string(starts) +
        " starts (" + std::to_string(crashes_in_a_start) + " of them crashed)\n" +
        std::to_string(confirmed) + " confirmed, " + std::to_string(without_funds) +
        " refused for lack of funds, " + std::to_string(answers_unknown) +
        " answers unknown; cancels: " + std::to_string(cancels_won) + " won, " +
        std::to_string(cancels_lost) + " lost, " + std::to_string(cancels_again) + " again, " +
        std::to_string(withdrawals_finished) + " finished by the driver\n" +
        std::to_string(contradictions) + " false words of the rail, " + std::to_string(duplicates) +
        " messages that came again, " + std::to_string(chargebacks) + " chargebacks; ends:";
    for (const auto& [end, count] : ends) {
        text += " " + std::string(name_of(end.first)) + " " + std::string(name_of(end.second)) +
                " " + std::to_string(count) + ",";
    }
    text.pop_back();
    return text;
}

std::vector<std::string> Tally::missing() const {
    std::vector<std::string> lines;
    const auto expect = [&](bool is_met, std::string what) {
        if (!is_met) {
            lines.push_back(std::move(what) + " was not met");
        }
    };
    expect(crashes_in_a_start > 0, "a crash in a start");
    expect(without_funds > 0, "a lack of funds");
    expect(cancels_won > 0, "a cancel that won");
    expect(cancels_lost > 0, "a cancel that lost");
    expect(cancels_again > 0, "a cancel of the cancelled");
    expect(answers_unknown > 0, "an unknown answer");
    expect(withdrawals_finished > 0, "a withdrawal that the driver finished");
    expect(chargebacks > 0, "a chargeback");
    for (const auto& [type, phase] :
         {std::pair{Type::ted_out, Phase::completed}, std::pair{Type::ted_out, Phase::rejected},
          std::pair{Type::ted_out, Phase::failed}, std::pair{Type::ted_out, Phase::cancelled},
          std::pair{Type::p2p, Phase::completed}, std::pair{Type::p2p, Phase::cancelled},
          std::pair{Type::ted_in, Phase::completed}, std::pair{Type::ted_in, Phase::failed}}) {
        expect(ends.contains({type, phase}),
               std::string(name_of(type)) + " that ends as " + std::string(name_of(phase)));
    }
    return lines;
}

}  // namespace belay::bank
