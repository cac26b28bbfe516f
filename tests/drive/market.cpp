#include "tests/drive/market.hpp"

#include <algorithm>

namespace belay::bank {
namespace {

using transfers::Phase;
using transfers::Type;
using world::RailWord;

constexpr int acts_of_a_round = 40;

BankSettings settings_of(std::uint64_t seed) {
    BankSettings settings;
    settings.has_webhook = seed % 2 == 0;
    settings.counts_limits = seed % 3 == 0;
    settings.inbound_fee = {static_cast<std::int64_t>(seed % 3)};
    const Milliseconds step(seed % 4 == 0 ? 0 : 100);
    settings.pace = {step, 2 * step};
    settings.rail.accept_delay = step;
    settings.rail.settle_delay = 3 * step;
    settings.rail.slow_delay = std::chrono::seconds(2);
    settings.rail.by_amount = {{11, http::RailOutcome::rejected},
                               {12, http::RailOutcome::failed},
                               {13, http::RailOutcome::slow}};
    return settings;
}

}  // namespace

Market::Market(std::uint64_t seed, Tally& tally)
    : tally_(tally),
      entropy_(seed ^ 0x6D61726B6574ULL),
      settings_(settings_of(seed)),
      bank_(seed, account_count, settings_) {}

std::string Market::live(int rounds) {
    require(bank_.start(), "a bank is founded");
    ++tally_.starts;
    for (std::size_t account = 0; account < account_count; ++account) {
        base_[bank_.account(account)] = {Bank::funds, 0, 1};
        base_[bank_.outside_account()].available -= Bank::funds;
    }
    for (int round = 0; round < rounds && broken_.empty(); ++round) {
        trace_.clear();
        play_round();
        ++tally_.rounds;
    }
    if (broken_.empty()) {
        end_life();
    }
    bank_.end(false);
    return broken_;
}

void Market::play_round() {
    if (one_in(4)) {
        plan_crash();
    }
    for (int number = 0; number < acts_of_a_round && broken_.empty(); ++number) {
        act();
        ++tally_.acts;
        hear_answers();
        if (bank_.has_ended()) {
            restart(false);
        } else {
            judge();
        }
    }
    if (!broken_.empty()) {
        return;
    }
    if (one_in(30)) {
        restart(true);
    } else if (one_in(3)) {
        pass_time();
    }
}

void Market::act() {
    switch (below(16)) {
        case 0:
        case 1:
        case 2:
            return confirm();
        case 3:
        case 4:
            return cancel();
        case 5:
            return one_in(2) ? receive() : charge_back();
        case 6:
            return one_in(4) ? contradict() : withdraw();
        case 7:
        case 8:
        case 9:
            bank_.pump();
            return;
        case 10:
        case 11:
            bank_.turn_rail();
            return;
        case 12:
            bank_.clock().advance(Milliseconds(1 + below(200)));
            return;
        case 13:
            bank_.poll();
            return;
        default:
            bank_.turn_driver();
            return;
    }
}

void Market::confirm() {
    Order order;
    order.type = one_in(2) ? Type::ted_out : Type::p2p;
    order.sender = one_in(2) ? 0 : below(account_count);
    order.recipient = one_in(2) ? 0 : below(account_count);
    if (order.recipient == order.sender) {
        order.recipient = (order.sender + 1) % account_count;
    }
    order.amount = one_in(20) ? Bank::funds + 1 : 10 + static_cast<std::int64_t>(below(5));
    order.fee = static_cast<std::int64_t>(below(3));
    Asked asked;
    asked.confirm = bank_.confirmation(order);
    const job::Uuid id = asked.confirm->id();
    note("confirm " + job::format_uuid(id) + " " + std::string(name_of(order.type)));
    known_[id].order = order;
    ids_.push_back(id);
    active_.push_back(id);
    asked_.push_back(std::move(asked));
    bank_.submit(below(Bank::client_count), *asked_.back().confirm);
}

/// Mostly of something new, where a cancel may win.
const job::Uuid* Market::any_transfer() {
    if (ids_.empty()) {
        return nullptr;
    }
    const std::size_t recent = std::min<std::size_t>(ids_.size(), one_in(8) ? ids_.size() : 12);
    return &ids_[ids_.size() - 1 - below(recent)];
}

void Market::cancel() {
    const job::Uuid* id = any_transfer();
    if (id == nullptr) {
        return;
    }
    note("cancel " + job::format_uuid(*id));
    const std::uint64_t clients = one_in(4) ? 2 : 1;
    for (std::uint64_t number = 0; number < clients; ++number) {
        const std::size_t client = clients == 2 ? number : below(Bank::client_count);
        Asked asked;
        asked.cancel = bank_.cancellation(client, *id);
        asked_.push_back(std::move(asked));
        bank_.submit(client, *asked_.back().cancel);
    }
}

void Market::receive() {
    const bool is_again = !messages_.empty() && one_in(3);
    world::RailInbound message;
    if (is_again) {
        message = messages_[below(messages_.size())];
        if (one_in(4)) {
            ++message.amount;
        }
    } else {
        const std::string recipient =
            one_in(6) ? "nobody" : Bank::alias(one_in(2) ? 0 : below(account_count));
        message = bank_.inbound("STR" + std::to_string(++numbers_), recipient,
                                10 + static_cast<std::int64_t>(below(90)));
        messages_.push_back(message);
    }
    note("receive " + message.control_number);
    Asked asked;
    asked.receive = bank_.message(message);
    const job::Uuid id = asked.receive->transfer();
    if (!known_.contains(id)) {
        known_[id].order.type = Type::ted_in;
        ids_.push_back(id);
        active_.push_back(id);
    }
    asked_.push_back(std::move(asked));
    bank_.submit(0, *asked_.back().receive);
}

void Market::charge_back() {
    const job::Uuid* id = any_transfer();
    if (id != nullptr && known_[*id].order.type == Type::ted_in) {
        note("charge back " + job::format_uuid(*id));
        bank_.rail().charge_back(*id, "fraud");
    }
}

/// The rail says something, true or not.
void Market::contradict() {
    const job::Uuid* id = any_transfer();
    if (id == nullptr || known_[*id].order.type != Type::ted_out) {
        return;
    }
    const auto word = static_cast<RailWord>(below(4));
    note("the rail says " + std::to_string(static_cast<int>(word)) + " of " +
         job::format_uuid(*id));
    ++tally_.contradictions;
    bank_.inbox().told({*id, word, "by chance"});
}

/// As if a cancel had told the rail, and then was not logged.
void Market::withdraw() {
    const job::Uuid* id = any_transfer();
    if (id != nullptr && known_[*id].order.type == Type::ted_out) {
        note("withdraw " + job::format_uuid(*id));
        bank_.rail().withdraw(*id);
    }
}

void Market::pass_time() {
    note("time passes");
    bank_.pass(one_in(3) ? std::chrono::seconds(70) : std::chrono::seconds(1));
    hear_answers();
    if (bank_.has_ended()) {
        restart(false);
    } else {
        judge();
    }
}

void Market::plan_crash() {
    bank_.disk().crash_at(1 + below(12));
}

void Market::hear_answers() {
    for (Asked& asked : asked_) {
        if (asked.confirm && asked.confirm->is_done()) {
            Known& known = known_[asked.confirm->id()];
            if (asked.confirm->is_confirmed()) {
                known.was_told = true;
                ++tally_.confirmed;
                bank_.inbox().offer(asked.confirm->id());
            } else if (asked.confirm->fault() == ledger::MoveFault::insufficient_funds) {
                ++tally_.without_funds;
            } else {
                ++tally_.answers_unknown;
            }
            asked.confirm.reset();
        }
        if (asked.cancel && asked.cancel->is_done()) {
            Known& known = known_[asked.cancel->id()];
            const store::Status status = asked.cancel->receipt().status;
            const bool is_again =
                status == store::Status::declined && asked.cancel->phase() == Phase::cancelled;
            known.is_cancelled = known.is_cancelled || asked.cancel->has_won() || is_again;
            tally_.cancels_won += asked.cancel->has_won() ? 1 : 0;
            tally_.cancels_again += is_again ? 1 : 0;
            tally_.cancels_lost += status == store::Status::declined && !is_again ? 1 : 0;
            asked.cancel.reset();
        }
        if (asked.receive && asked.receive->is_done()) {
            if (asked.receive->is_settled()) {
                known_[asked.receive->transfer()].was_told = true;
                bank_.inbox().offer(asked.receive->transfer());
                tally_.duplicates +=
                    asked.receive->outcome() == http::TransferReceive::Outcome::duplicate ? 1 : 0;
            }
            asked.receive.reset();
        }
    }
    std::erase_if(asked_, [&](const Asked& asked) {
        return !asked.confirm && !asked.cancel && !asked.receive;
    });
}

void Market::restart(bool is_orderly) {
    note(is_orderly ? "orderly restart" : "crash");
    if (is_orderly) {
        bank_.disk().forget_plans();
        bank_.disk().crash_at(0);
        bank_.close();
    }
    bank_.end_lanes();
    hear_answers();
    asked_.clear();
    while (broken_.empty() && !start_again()) {
        ++tally_.crashes_in_a_start;
    }
    if (broken_.empty()) {
        judge_all();
    }
}

bool Market::start_again() {
    bank_.end(one_in(2));
    if (one_in(5)) {
        plan_crash();
    }
    ++tally_.starts;
    const bool has_started = bank_.start();
    if (has_started) {
        bank_.disk().crash_at(0);
    }
    return has_started;
}

/// Everybody is let come to an end.
void Market::end_life() {
    trace_.clear();
    bank_.disk().crash_at(0);
    for (int look = 0; look < 4; ++look) {
        bank_.pass(std::chrono::seconds(70));
        hear_answers();
    }
    judge_all();
    judge_end();
}

}  // namespace belay::bank
