// What a rail may say and when: twice, too late, against what it said before, to a process that is
// gone; and money that it takes back.
#include <boost/test/unit_test.hpp>

#include "tests/drive/bank.hpp"

namespace belay::bank {
namespace {

using transfers::Phase;
using transfers::Type;
using world::RailWord;
using Outcome = http::TransferReceive::Outcome;
using Names = std::vector<std::string>;

constexpr std::int64_t funds = Bank::funds;
constexpr std::string_view reconcile = "transfer.reconciliation_required";

/// A rail that says nothing by itself within a day.
BankSettings silent_rail() {
    BankSettings settings;
    settings.rail.accept_delay = std::chrono::hours(48);
    settings.rail.settle_delay = std::chrono::hours(48);
    return settings;
}

void tell(Bank& bank, const job::Uuid& id, RailWord word, std::string text = {}) {
    bank.inbox().told({id, word, std::move(text)});
    bank.settle();
}

Phase phase_of(Bank& bank, const job::Uuid& id) {
    return bank.see(id)->phase;
}

std::size_t count(const Names& names, std::string_view name) {
    return static_cast<std::size_t>(std::count(names.begin(), names.end(), name));
}

job::Uuid completed_inbound(Bank& bank, std::int64_t amount) {
    job::Uuid id;
    bank.receive(bank.inbound("STR-C", Bank::alias(0), amount), id);
    bank.settle();
    BOOST_REQUIRE((phase_of(bank, id) == Phase::completed));
    return id;
}

BOOST_AUTO_TEST_SUITE(transfer_rail)

BOOST_AUTO_TEST_CASE(an_acceptance_after_a_cancel_changes_nothing_and_is_told) {
    Bank bank(1, 2, silent_rail());
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 70});
    bank.settle();
    BOOST_REQUIRE((phase_of(bank, id) == Phase::pending));
    BOOST_TEST(bank.cancel(id)->has_won());
    tell(bank, id, RailWord::accepted, "LATE1");
    tell(bank, id, RailWord::settled);
    BOOST_TEST((phase_of(bank, id) == Phase::cancelled));
    BOOST_TEST(bank.see(id)->control_number.empty());
    BOOST_TEST(bank.see(id)->history.size() == 3U);
    BOOST_TEST(bank.balance(0).available.minor == funds);
    BOOST_TEST(bank.balance(0).on_hold.minor == 0);
    BOOST_TEST((bank.events(id) ==
                Names{"transfer.cancelled", std::string(reconcile), std::string(reconcile)}));
}

BOOST_AUTO_TEST_CASE(what_is_said_twice_happens_once) {
    Bank bank(2, 2, silent_rail());
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 70});
    bank.settle();
    for (int time = 0; time < 2; ++time) {
        tell(bank, id, RailWord::accepted, "TWICE");
        BOOST_TEST((phase_of(bank, id) == Phase::processing));
    }
    for (int time = 0; time < 2; ++time) {
        tell(bank, id, RailWord::settled);
        BOOST_TEST((phase_of(bank, id) == Phase::completed));
    }
    BOOST_TEST(bank.balance(0).available.minor == funds - 70);
    BOOST_TEST((bank.events(id) == Names{"transfer.completed"}));
    tell(bank, id, RailWord::rejected, "after all");
    BOOST_TEST((phase_of(bank, id) == Phase::completed));
    BOOST_TEST((bank.events(id) == Names{"transfer.completed", std::string(reconcile)}));
}

BOOST_AUTO_TEST_CASE(a_settlement_whose_acceptance_was_lost) {
    Bank bank(3, 2, silent_rail());
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 70});
    bank.settle();
    tell(bank, id, RailWord::settled);
    BOOST_TEST((phase_of(bank, id) == Phase::completed));
    BOOST_TEST(bank.see(id)->history.size() == 4U);
}

BOOST_AUTO_TEST_CASE(all_that_is_said_at_once_is_heeded_in_its_order) {
    Bank bank(4, 2, silent_rail());
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 70});
    bank.settle();
    bank.inbox().told({id, RailWord::accepted, "ORDER"});
    bank.inbox().told({id, RailWord::failed, "no such account"});
    bank.settle();
    BOOST_TEST((phase_of(bank, id) == Phase::failed));
    BOOST_TEST(bank.see(id)->control_number == "ORDER");
    BOOST_TEST(bank.see(id)->reasons.back() == "no such account");
    BOOST_TEST(bank.balance(0).available.minor == funds);
}

BOOST_AUTO_TEST_CASE(the_rail_is_told_before_the_cancel_is_logged) {
    BankSettings settings;
    settings.rail.accept_delay = std::chrono::seconds(1);
    Bank bank(5, 2, settings);
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 70});
    bank.settle();
    const auto cancel = bank.cancellation(0, id);
    bank.submit(0, *cancel);  // not durable yet
    bank.clock().advance(std::chrono::seconds(2));
    bank.turn_rail();
    bank.settle();
    BOOST_TEST(cancel->has_won());
    BOOST_TEST((bank.events(id) == Names{"transfer.cancelled"}));
}

BOOST_AUTO_TEST_CASE(a_withdrawal_whose_cancel_was_lost_is_finished) {
    BankSettings settings = silent_rail();
    Bank bank(6, 2, settings);
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 70});
    bank.settle();
    bank.rail().withdraw(id);  // and the store was too full to log the cancel
    bank.pass(std::chrono::seconds(61));
    BOOST_TEST((phase_of(bank, id) == Phase::cancelled));
    BOOST_TEST(bank.balance(0).available.minor == funds);
    BOOST_TEST((bank.events(id) == Names{"transfer.cancelled"}));
}

BOOST_AUTO_TEST_CASE(what_was_submitted_after_its_cancel_is_not_executed) {
    Bank bank(7, 2, {});
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.new_id();
    bank.rail().withdraw(id);
    BOOST_TEST(bank.rail().submit({.transfer = id, .tenant = bank.tenant(), .amount = 1}));
    bank.rail().advance();
    std::vector<world::RailNews> news;
    bank.inbox().take_news(news);
    BOOST_REQUIRE(news.size() == 1U);
    BOOST_TEST((news[0].word == RailWord::withdrawn));
}

BOOST_AUTO_TEST_CASE(a_rail_that_knows_nothing_is_sent_it_again) {
    BankSettings settings;
    settings.rail.accept_delay = std::chrono::seconds(5);
    settings.rail.settle_delay = std::chrono::seconds(5);
    for (const Phase phase : {Phase::pending, Phase::processing}) {
        Bank bank(8, 2, settings);
        BOOST_REQUIRE(bank.start());
        const job::Uuid id = bank.confirm({.amount = 70});
        bank.settle();
        bank.pass(std::chrono::seconds(phase == Phase::pending ? 1 : 6));
        BOOST_TEST((phase_of(bank, id) == phase));
        bank.end(true);
        BOOST_REQUIRE(bank.start());
        bank.pass(std::chrono::seconds(11));
        BOOST_TEST((phase_of(bank, id) == Phase::completed));
        BOOST_TEST(bank.balance(0).available.minor == funds - 70);
        BOOST_TEST((bank.events(id) == Names{"transfer.completed"}));
    }
}

BOOST_AUTO_TEST_CASE(the_same_message_makes_one_transfer) {
    Bank bank(9, 2, {});
    BOOST_REQUIRE(bank.start());
    const auto message = bank.inbound("STR9", Bank::alias(0), 500);
    job::Uuid first;
    job::Uuid second;
    BOOST_TEST((bank.receive(message, first) == Outcome::made));
    BOOST_TEST((bank.receive(message, second) == Outcome::duplicate));
    BOOST_TEST((first == second));
    bank.settle();
    BOOST_TEST((bank.receive(message, second) == Outcome::duplicate));
    bank.settle();
    BOOST_TEST(bank.balance(0).available.minor == funds + 500);
    bank.end(true);
    BOOST_REQUIRE(bank.start());
    BOOST_TEST((bank.receive(message, second) == Outcome::duplicate));
    BOOST_TEST((first == second));
    BOOST_TEST((bank.events(first) == Names{"transfer.incoming.completed"}));
}

BOOST_AUTO_TEST_CASE(another_message_with_the_same_number_is_told_and_not_credited) {
    Bank bank(10, 2, {});
    BOOST_REQUIRE(bank.start());
    job::Uuid id;
    bank.receive(bank.inbound("STR10", Bank::alias(0), 500), id);
    bank.settle();
    job::Uuid other;
    BOOST_TEST(
        (bank.receive(bank.inbound("STR10", Bank::alias(0), 501), other) == Outcome::differs));
    BOOST_TEST(
        (bank.receive(bank.inbound("STR10", Bank::alias(1), 500), other) == Outcome::differs));
    bank.settle();
    BOOST_TEST((other == id));
    BOOST_TEST(bank.balance(0).available.minor == funds + 500);
    BOOST_TEST(bank.balance(1).available.minor == funds);
    BOOST_TEST(count(bank.events(id), reconcile) == 2U);
}

BOOST_AUTO_TEST_CASE(two_lanes_that_receive_one_message_make_one_transfer) {
    Bank bank(11, 2, {});
    BOOST_REQUIRE(bank.start());
    const auto message = bank.inbound("STR11", Bank::alias(0), 500);
    const auto left = bank.message(message);
    const auto right = bank.message(message);
    bank.submit(0, *left);
    bank.submit(1, *right);
    bank.settle();
    BOOST_TEST((left->outcome() == Outcome::made));
    BOOST_TEST((right->outcome() == Outcome::raced));
    BOOST_TEST(!right->is_settled());
    const auto again = bank.message(message);
    bank.submit(1, *again);
    bank.settle();
    BOOST_TEST((again->outcome() == Outcome::duplicate));
    BOOST_TEST((again->transfer() == left->transfer()));
}

BOOST_AUTO_TEST_CASE(what_came_in_can_be_taken_back_once) {
    Bank bank(12, 2, {});
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = completed_inbound(bank, 500);
    for (int time = 0; time < 2; ++time) {
        bank.rail().charge_back(id, "STR0010R2");
        bank.settle();
        BOOST_TEST((phase_of(bank, id) == Phase::failed));
        BOOST_TEST(bank.see(id)->reasons.back() == "STR0010R2");
        BOOST_TEST(bank.balance(0).available.minor == funds);
        BOOST_TEST(bank.outside() == -2 * funds);
        BOOST_TEST(bank.sum() == 0);
    }
    BOOST_TEST(
        (bank.events(id) == Names{"transfer.incoming.completed", "transfer.incoming.chargeback"}));
}

BOOST_AUTO_TEST_CASE(what_was_spent_cannot_be_taken_back) {
    Bank bank(13, 2, {});
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = completed_inbound(bank, 500);
    BOOST_REQUIRE(!bank.confirm({.amount = funds + 1}).is_nil());
    bank.rail().charge_back(id, "fraud");
    bank.settle();
    BOOST_TEST((phase_of(bank, id) == Phase::completed));
    BOOST_TEST(bank.balance(0).available.minor == 499);
    BOOST_TEST((bank.events(id) == Names{"transfer.incoming.completed", std::string(reconcile)}));
}

BOOST_AUTO_TEST_CASE(what_is_taken_back_early_comes_in_before) {
    BankSettings settings;
    settings.pace.settle_delay = std::chrono::seconds(5);
    Bank bank(14, 2, settings);
    BOOST_REQUIRE(bank.start());
    job::Uuid id;
    bank.receive(bank.inbound("STR14", Bank::alias(0), 500), id);
    bank.rail().charge_back(id, "at once");
    bank.settle();
    BOOST_TEST((phase_of(bank, id) == Phase::processing));
    bank.pass(std::chrono::seconds(5));
    BOOST_TEST((phase_of(bank, id) == Phase::failed));
    BOOST_TEST(bank.balance(0).available.minor == funds);
}

BOOST_AUTO_TEST_CASE(of_an_outbound_transfer_a_chargeback_is_a_contradiction) {
    Bank bank(15, 2, {});
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 70});
    bank.settle();
    bank.rail().charge_back(id, "no");
    bank.settle();
    BOOST_TEST((phase_of(bank, id) == Phase::completed));
    BOOST_TEST((bank.events(id) == Names{"transfer.completed", std::string(reconcile)}));
}

BOOST_AUTO_TEST_CASE(news_of_what_nobody_knows_is_nothing) {
    Bank bank(16, 2, {});
    BOOST_REQUIRE(bank.start());
    for (const RailWord word : {RailWord::accepted, RailWord::settled, RailWord::charged_back}) {
        tell(bank, bank.new_id(), word);
    }
    BOOST_TEST(bank.driver().size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_rail_hands_out_what_is_not_confirmed) {
    Bank bank(17, 2, {});
    BOOST_REQUIRE(bank.start());
    const auto first = bank.inbound("A", Bank::alias(0), 1);
    const auto second = bank.inbound("B", Bank::alias(0), 2);
    auto foreign = bank.inbound("C", Bank::alias(0), 3);
    foreign.tenant = bank.account(0);
    for (const auto& message : {first, foreign, second}) {
        BOOST_TEST(bank.rail().receive(message));
    }
    BOOST_TEST(bank.rail().inbound(bank.tenant(), 50).size() == 2U);
    BOOST_TEST((bank.rail().inbound(bank.tenant(), 1).at(0) == first));
    bank.rail().confirm(first);
    BOOST_TEST((bank.rail().inbound(bank.tenant(), 1).at(0) == second));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bank
