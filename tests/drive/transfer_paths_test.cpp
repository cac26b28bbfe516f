// Every path of every type of transfer, and what it does to the money, to the limits, to the guard
// and to those who listen.
#include <boost/test/unit_test.hpp>

#include "tests/drive/bank.hpp"

namespace belay::bank {
namespace {

using transfers::Phase;
using transfers::Scope;
using transfers::Type;
using Names = std::vector<std::string>;
using Phases = std::vector<Phase>;

constexpr std::int64_t funds = Bank::funds;

BankSettings slow_bank() {
    BankSettings settings;
    settings.pace = {std::chrono::seconds(10), std::chrono::seconds(20)};
    settings.rail.accept_delay = std::chrono::seconds(5);
    settings.rail.settle_delay = std::chrono::seconds(7);
    return settings;
}

void expect_balance(Bank& bank, std::size_t account, std::int64_t available, std::int64_t on_hold) {
    const ledger::Balance balance = bank.balance(account);
    BOOST_TEST(balance.available.minor == available);
    BOOST_TEST(balance.on_hold.minor == on_hold);
    BOOST_TEST(bank.sum() == 0);
}

void expect_phase(Bank& bank, const job::Uuid& id, Phase phase) {
    const auto seen = bank.see(id);
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(name_of(seen->phase) == name_of(phase));
}

BOOST_AUTO_TEST_SUITE(transfer_paths)

BOOST_AUTO_TEST_CASE(a_ted_out_goes_its_way_in_its_time) {
    Bank bank(1, 2, slow_bank());
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 1000, .fee = 150});
    bank.settle();
    expect_phase(bank, id, Phase::created);
    expect_balance(bank, 0, funds - 1150, 1150);
    bank.pass(std::chrono::seconds(9));
    expect_phase(bank, id, Phase::created);
    bank.pass(std::chrono::seconds(1));
    expect_phase(bank, id, Phase::pending);
    bank.pass(std::chrono::seconds(5));
    expect_phase(bank, id, Phase::processing);
    BOOST_TEST(bank.see(id)->control_number.size() == 19U);
    expect_balance(bank, 0, funds - 1150, 1150);
    bank.pass(std::chrono::seconds(7));
    expect_phase(bank, id, Phase::completed);
    expect_balance(bank, 0, funds - 1150, 0);
    BOOST_TEST(bank.outside() == 1000 - 2 * funds);
    BOOST_TEST(bank.fees() == 150);
    BOOST_TEST((bank.see(id)->history ==
                Phases{Phase::created, Phase::pending, Phase::processing, Phase::completed}));
    BOOST_TEST((bank.events(id) == Names{"transfer.completed"}));
    BOOST_TEST(bank.has_guard(id));
    BOOST_TEST(bank.driver().size() == 0U);
}

BOOST_AUTO_TEST_CASE(without_delays_it_is_there_at_once) {
    Bank bank(2, 2, {});
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({});
    bank.settle();
    expect_phase(bank, id, Phase::completed);
}

BOOST_AUTO_TEST_CASE(a_delay_of_an_hour_moves_nothing) {
    BankSettings settings;
    settings.pace.submit_delay = std::chrono::hours(1);
    Bank bank(3, 2, settings);
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({});
    bank.pass(std::chrono::minutes(59));
    expect_phase(bank, id, Phase::created);
    BOOST_TEST(bank.disk().calls(world::SimCall::write) > 0U);
    const auto cancel = bank.cancel(id);
    BOOST_TEST(cancel->has_won());
    expect_phase(bank, id, Phase::cancelled);
    bank.pass(std::chrono::minutes(2));
    expect_phase(bank, id, Phase::cancelled);
    expect_balance(bank, 0, funds, 0);
}

BOOST_AUTO_TEST_CASE(what_the_rail_refuses_or_cannot_do_gives_the_money_back) {
    BankSettings settings;
    settings.counts_limits = true;
    settings.rail.by_amount = {{666, http::RailOutcome::rejected},
                               {667, http::RailOutcome::failed}};
    Bank bank(4, 2, settings);
    BOOST_REQUIRE(bank.start());
    for (const auto& [amount, phase, event] :
         {std::tuple{666, Phase::rejected, "transfer.rejected"},
          std::tuple{667, Phase::failed, "transfer.failed"}}) {
        const job::Uuid id = bank.confirm({.amount = amount, .fee = 5});
        BOOST_TEST(bank.usage(Scope::account_day, 0)->amount.minor == amount);
        bank.settle();
        expect_phase(bank, id, phase);
        expect_balance(bank, 0, funds, 0);
        BOOST_TEST((bank.events(id) == Names{event}));
        BOOST_TEST(!bank.see(id)->reasons.back().empty());
        BOOST_TEST(bank.has_guard(id));
        BOOST_TEST(bank.usage(Scope::account_day, 0)->count == 0U);
    }
}

BOOST_AUTO_TEST_CASE(an_amount_can_be_slow) {
    BankSettings settings;
    settings.rail.by_amount = {{777, http::RailOutcome::slow}};
    settings.rail.slow_delay = std::chrono::seconds(30);
    Bank bank(5, 2, settings);
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 777});
    bank.pass(std::chrono::seconds(29));
    expect_phase(bank, id, Phase::pending);
    bank.pass(std::chrono::seconds(1));
    expect_phase(bank, id, Phase::processing);
    bank.pass(std::chrono::seconds(30));
    expect_phase(bank, id, Phase::completed);
}

BOOST_AUTO_TEST_CASE(a_p2p_needs_no_rail) {
    Bank bank(6, 2, slow_bank());
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.type = Type::p2p, .amount = 300, .fee = 1});
    bank.pass(std::chrono::seconds(10));
    expect_phase(bank, id, Phase::processing);
    expect_balance(bank, 0, funds - 301, 301);
    expect_balance(bank, 1, funds, 0);
    BOOST_TEST((bank.cancel(id)->verdict() == job::Verdict::wrong_phase));
    bank.pass(std::chrono::seconds(20));
    expect_phase(bank, id, Phase::completed);
    expect_balance(bank, 0, funds - 301, 0);
    expect_balance(bank, 1, funds + 300, 0);
    BOOST_TEST(bank.fees() == 1);
    BOOST_TEST((bank.events(id) == Names{"transfer.completed"}));
    BOOST_TEST(!bank.rail().next_due().has_value());
}

BOOST_AUTO_TEST_CASE(a_cancel_gives_everything_back) {
    BankSettings settings = slow_bank();
    settings.counts_limits = true;
    Bank bank(7, 2, settings);
    BOOST_REQUIRE(bank.start());
    for (const Type type : {Type::ted_out, Type::p2p}) {
        const job::Uuid id = bank.confirm({.type = type, .amount = 500, .fee = 2});
        BOOST_TEST(bank.has_guard(id));
        expect_balance(bank, 0, funds - 502, 502);
        for (const Scope scope :
             {Scope::tenant_day, Scope::tenant_month, Scope::account_day, Scope::account_month}) {
            BOOST_TEST(bank.usage(scope, 0)->amount.minor == 500);
        }
        const auto cancel = bank.cancel(id);
        BOOST_TEST(cancel->has_won());
        BOOST_TEST(cancel->act().made_event());
        expect_balance(bank, 0, funds, 0);
        BOOST_TEST(!bank.has_guard(id));
        for (const Scope scope :
             {Scope::tenant_day, Scope::tenant_month, Scope::account_day, Scope::account_month}) {
            BOOST_TEST(bank.usage(scope, 0)->count == 0U);
        }
        BOOST_TEST((bank.events(id) == Names{"transfer.cancelled"}));
        BOOST_TEST(bank.see(id)->reasons.back() == "by the client");
        const auto again = bank.cancel(id);
        BOOST_TEST((again->verdict() == job::Verdict::already_ended));
        BOOST_TEST((again->phase() == Phase::cancelled));
        bank.pass(std::chrono::minutes(2));
        expect_phase(bank, id, Phase::cancelled);
        expect_balance(bank, 0, funds, 0);
        BOOST_TEST(bank.events(id).size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_guard_of_a_later_initiation_stands) {
    Bank bank(8, 2, slow_bank());
    BOOST_REQUIRE(bank.start());
    const job::Uuid first = bank.confirm({.amount = 40});
    const job::Uuid second = bank.confirm({.amount = 40});
    BOOST_TEST(bank.cancel(first)->has_won());
    BOOST_TEST(bank.has_guard(second));
    BOOST_TEST(bank.cancel(second)->has_won());
    BOOST_TEST(!bank.has_guard(second));
}

BOOST_AUTO_TEST_CASE(money_that_comes_in_is_credited_without_the_fee) {
    BankSettings settings = slow_bank();
    settings.inbound_fee = {10};
    Bank bank(9, 2, settings);
    BOOST_REQUIRE(bank.start());
    job::Uuid id;
    const auto message = bank.inbound("STR1", Bank::alias(1), 900);
    BOOST_TEST((bank.receive(message, id) == http::TransferReceive::Outcome::made));
    expect_phase(bank, id, Phase::received);
    bank.settle();
    expect_phase(bank, id, Phase::processing);
    BOOST_TEST((bank.cancel(id)->verdict() == job::Verdict::wrong_phase));
    bank.pass(std::chrono::seconds(20));
    expect_phase(bank, id, Phase::completed);
    expect_balance(bank, 1, funds + 890, 0);
    BOOST_TEST(bank.fees() == 10);
    BOOST_TEST((bank.events(id) == Names{"transfer.incoming.completed"}));
    BOOST_TEST(!bank.see(id)->ledger_transaction.is_nil());
    const std::string body = bank.event_body(id, "transfer.incoming.completed");
    BOOST_TEST(body.find("\"amount\":9,\"feeAmount\":0.1,") != std::string::npos);
    BOOST_TEST(body.find("\"controlNumber\":\"STR1\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(money_for_nobody_fails) {
    Bank bank(10, 2, {});
    BOOST_REQUIRE(bank.start());
    for (const std::string& alias : {std::string("nobody"), std::string("@external/BRL")}) {
        job::Uuid id;
        bank.receive(bank.inbound("STR-" + alias, alias, 900), id);
        bank.settle();
        expect_phase(bank, id, Phase::failed);
        BOOST_TEST(bank.see(id)->reasons.back() == "the recipient's account does not exist");
        BOOST_TEST(bank.events(id).empty());
        BOOST_TEST(bank.sum() == 0);
        BOOST_TEST(bank.outside() == -2 * funds);
    }
}

BOOST_AUTO_TEST_CASE(an_event_tells_the_transfer) {
    Bank bank(11, 2, slow_bank());
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.type = Type::p2p, .amount = 100000, .fee = 150});
    BOOST_TEST(bank.cancel(id)->has_won());
    const std::string body = bank.event_body(id, "transfer.cancelled");
    const std::string expected =
        R"({"event":"transfer.cancelled","timestamp":"2026-11-18T11:06:40Z","organizationId":")" +
        job::format_uuid(bank.tenant()) + R"(","data":{"transferId":")" + job::format_uuid(id) +
        R"(","type":"P2P","status":"CANCELLED","confirmationNumber":"20261118001",)"
        R"("controlNumber":null,"amount":1000,"feeAmount":1.5,"totalAmount":1001.5,)"
        R"("sender":{"accountId":")" +
        job::format_uuid(bank.account(0)) + R"("},"recipient":{"accountId":")" +
        job::format_uuid(bank.account(1)) +
        R"(","ispb":"60701190","branch":"0001","account":"1234567890","accountType":"CACC",)"
        R"("holderName":"Maria Silva","holderDocument":"12345678901"}}})";
    BOOST_TEST(body == expected);
}

BOOST_AUTO_TEST_CASE(nobody_listens_and_nothing_is_told) {
    BankSettings settings;
    settings.has_webhook = false;
    Bank bank(12, 2, settings);
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({});
    bank.settle();
    expect_phase(bank, id, Phase::completed);
    BOOST_TEST(bank.events(id).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bank
