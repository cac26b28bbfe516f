// A cancel that meets the submission, the acceptance, the settlement and another cancel, at every
// point between two acts of anybody: exactly one wins, and the money ends with it.
#include <boost/test/unit_test.hpp>

#include "tests/drive/bank.hpp"

namespace belay::bank {
namespace {

using transfers::Phase;
using transfers::Type;
using Names = std::vector<std::string>;

constexpr std::int64_t funds = Bank::funds;
constexpr std::int64_t total = 105;

/// More acts than a transfer needs from its confirmation to its end.
constexpr int acts_max = 60;

/// One act of somebody; which one, its number says.
void act(Bank& bank, int number) {
    switch (number % 4) {
        case 0:
            bank.turn_driver();
            break;
        case 1:
            bank.pump();
            break;
        case 2:
            bank.turn_rail();
            break;
        case 3:
            bank.poll();
            break;
    }
}

void expect_one_winner(Bank& bank, const job::Uuid& id, const Cancel& first, const Cancel& second) {
    const auto seen = bank.see(id);
    BOOST_REQUIRE(seen.has_value());
    const bool is_cancelled = seen->phase == Phase::cancelled;
    BOOST_TEST(is_terminal(seen->phase));
    BOOST_TEST(first.has_won() + second.has_won() == (is_cancelled ? 1 : 0));
    for (const Cancel* cancel : {&first, &second}) {
        BOOST_REQUIRE(cancel->is_done());
        if (!cancel->has_won()) {
            // The one that lost is told the state that won, which the transfer had at some time.
            const auto& history = seen->history;
            BOOST_TEST((cancel->receipt().status == store::Status::declined));
            BOOST_TEST(
                (std::find(history.begin(), history.end(), cancel->phase()) != history.end()));
            BOOST_TEST(!is_cancellable(seen->type, cancel->phase()));
            BOOST_TEST((!is_cancelled || cancel->phase() == Phase::cancelled));
        }
    }
    const ledger::Balance balance = bank.balance(0);
    BOOST_TEST(balance.on_hold.minor == 0);
    BOOST_TEST(balance.available.minor == (is_cancelled ? funds : funds - total));
    // Funded, held, and ended once.
    BOOST_TEST(balance.version == 3U);
    BOOST_TEST(bank.sum() == 0);
    const Names events = bank.events(id);
    BOOST_REQUIRE(!events.empty());
    BOOST_TEST(events[0] == (is_cancelled ? "transfer.cancelled" : "transfer.completed"));
    BOOST_TEST(std::count(events.begin(), events.end(), "transfer.completed") ==
               (is_cancelled ? 0 : 1));
}

BOOST_AUTO_TEST_SUITE(transfer_race)

BOOST_AUTO_TEST_CASE(two_cancels_strike_between_any_two_acts) {
    for (const Type type : {Type::ted_out, Type::p2p}) {
        int cancelled = 0;
        int completed = 0;
        for (int strike = 0; strike < acts_max; ++strike) {
            BOOST_TEST_CONTEXT(name_of(type) << " is canceled after " << strike << " acts") {
                Bank bank(static_cast<std::uint64_t>(strike), 2, {});
                BOOST_REQUIRE(bank.start());
                const job::Uuid id = bank.confirm({.type = type, .amount = 100, .fee = 5});
                for (int number = 0; number < strike; ++number) {
                    act(bank, number);
                }
                const auto first = bank.cancellation(0, id);
                const auto second = bank.cancellation(1, id);
                bank.submit(0, *first);
                bank.submit(1, *second);
                bank.settle();
                expect_one_winner(bank, id, *first, *second);
                (bank.see(id)->phase == Phase::cancelled ? cancelled : completed) += 1;
            }
        }
        BOOST_TEST(cancelled > 0);
        BOOST_TEST(completed > 0);
    }
}

BOOST_AUTO_TEST_CASE(a_move_and_a_cancel_that_were_named_before_either_was_decided) {
    Bank bank(1000, 2, {.rail = {.accept_delay = std::chrono::hours(48)}});
    BOOST_REQUIRE(bank.start());
    // Whoever comes first wins: each ask of the rail against the cancel, both ways.
    for (const auto& [ask, end] : {std::pair{transfers::Ask::accept, Phase::processing},
                                   std::pair{transfers::Ask::reject, Phase::rejected},
                                   std::pair{transfers::Ask::fail, Phase::failed}}) {
        for (const bool is_cancel_first : {true, false}) {
            const job::Uuid id = bank.confirm({.amount = 10});
            bank.settle();
            BOOST_REQUIRE((bank.see(id)->phase == Phase::pending));
            const auto cancel = bank.cancellation(0, id);
            http::TransferMove move(
                bank.client(1),
                {.id = id, .ask = ask, .event = bank.new_id(), .transaction = bank.new_id()}, {},
                nullptr, nullptr);
            if (is_cancel_first) {
                bank.submit(0, *cancel);
                bank.submit(1, move);
            } else {
                bank.submit(1, move);
                bank.submit(0, *cancel);
            }
            bank.settle();
            BOOST_TEST(cancel->has_won() == is_cancel_first);
            BOOST_TEST(move.applied() == !is_cancel_first);
            BOOST_TEST((bank.see(id)->phase == (is_cancel_first ? Phase::cancelled : end)));
            BOOST_TEST((is_cancel_first || cancel->phase() == end));
        }
    }
    BOOST_TEST(bank.sum() == 0);
}

BOOST_AUTO_TEST_CASE(many_of_one_hot_account) {
    Bank bank(2000, 1, {.rail = {.accept_delay = std::chrono::hours(48)}});
    BOOST_REQUIRE(bank.start());
    constexpr int count = 200;
    std::vector<std::unique_ptr<Confirm>> confirms;
    for (int number = 0; number < count; ++number) {
        confirms.push_back(bank.confirmation({.amount = Bank::funds / count * 2}));
        bank.submit(static_cast<std::size_t>(number % 2), *confirms.back());
    }
    bank.settle();
    std::vector<std::unique_ptr<Cancel>> cancels;
    int confirmed = 0;
    for (const auto& confirm : confirms) {
        if (confirm->is_confirmed()) {
            ++confirmed;
            bank.inbox().offer(confirm->id());
        } else {
            BOOST_TEST((confirm->fault() == ledger::MoveFault::insufficient_funds));
        }
    }
    // The money is there for half of them: no more and no fewer.
    BOOST_TEST(confirmed == count / 2);
    BOOST_TEST(bank.balance(0).available.minor == 0);
    bank.settle();
    int number = 0;
    for (const auto& confirm : confirms) {
        if (confirm->is_confirmed() && number++ % 2 == 0) {
            cancels.push_back(
                bank.cancellation(static_cast<std::size_t>(number % 2), confirm->id()));
            bank.submit(static_cast<std::size_t>(number % 2), *cancels.back());
        }
    }
    bank.settle();
    for (const auto& cancel : cancels) {
        BOOST_TEST(cancel->has_won());
    }
    BOOST_TEST(bank.balance(0).available.minor == Bank::funds / 2);
    BOOST_TEST(bank.balance(0).on_hold.minor == Bank::funds / 2);
    BOOST_TEST(bank.sum() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bank
