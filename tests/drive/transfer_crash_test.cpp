// A process that ends between any two changes of its disk, with a transfer on its way: the next one
// goes on from what is durable, and what a client was told holds.
#include <boost/test/unit_test.hpp>

#include "tests/drive/bank.hpp"

namespace belay::bank {
namespace {

using transfers::Phase;
using transfers::Type;
using Names = std::vector<std::string>;

constexpr std::int64_t funds = Bank::funds;

/// What is confirmed, and what the rail sends, in one run; and what of it was told.
struct Run {
    std::unique_ptr<Confirm> confirm;
    std::unique_ptr<Cancel> cancel;
    std::unique_ptr<http::TransferReceive> receive;
};

BankSettings settings_of(http::RailOutcome outcome) {
    BankSettings settings;
    settings.rail.outcome = outcome;
    settings.rail.accept_delay = std::chrono::seconds(1);
    settings.rail.settle_delay = std::chrono::seconds(1);
    settings.pace = {std::chrono::seconds(1), std::chrono::seconds(1)};
    return settings;
}

void play(Bank& bank, Run& run, Type type, std::optional<int> cancel_after_seconds) {
    if (type == Type::ted_in) {
        run.receive = bank.message(bank.inbound("STR", Bank::alias(1), 100));
        bank.submit(0, *run.receive);
    } else {
        run.confirm = bank.confirmation({.type = type, .amount = 100, .fee = 5});
        bank.submit(0, *run.confirm);
    }
    bank.settle();
    if (bank.has_ended()) {
        return;
    }
    bank.inbox().offer(run.confirm ? run.confirm->id() : run.receive->transfer());
    for (int second = 0; second < 8 && !bank.has_ended(); ++second) {
        if (run.confirm && second == cancel_after_seconds) {
            run.cancel = bank.cancellation(0, run.confirm->id());
            bank.submit(0, *run.cancel);
        }
        bank.pass(std::chrono::seconds(1));
    }
}

void expect_money(Bank& bank, const Seen& seen) {
    const bool is_paid = seen.phase == Phase::completed;
    BOOST_TEST(bank.balance(0).on_hold.minor == 0);
    BOOST_TEST(bank.sum() == 0);
    if (seen.type == Type::ted_in) {
        BOOST_TEST(bank.balance(1).available.minor == funds + (is_paid ? 100 : 0));
    } else {
        BOOST_TEST(bank.balance(0).available.minor == funds - (is_paid ? 105 : 0));
        BOOST_TEST(bank.fees() == (is_paid ? 5 : 0));
    }
}

void expect_end(Bank& bank, const Run& run, Phase end, bool was_told) {
    const job::Uuid id = run.confirm ? run.confirm->id() : run.receive->transfer();
    const auto seen = bank.see(id);
    if (!seen) {
        BOOST_TEST(!was_told);
        BOOST_TEST(bank.balance(0).available.minor == funds);
        BOOST_TEST(bank.balance(0).on_hold.minor == 0);
        BOOST_TEST(bank.sum() == 0);
        return;
    }
    BOOST_TEST((seen->phase == end || seen->phase == Phase::cancelled));
    if (run.cancel && run.cancel->has_won()) {
        BOOST_TEST((seen->phase == Phase::cancelled));
    }
    BOOST_TEST((seen->phase != Phase::cancelled || run.cancel));
    expect_money(bank, *seen);
    BOOST_TEST(bank.events(id).size() == 1U);
}

/// The run with a crash in the midst of each change of the disk, until there is no such change.
void crash_everywhere(Type type, http::RailOutcome outcome, Phase end, std::optional<int> cancel) {
    std::uint64_t crashes = 0;
    for (std::uint64_t at = 1;; ++at) {
        BOOST_TEST_CONTEXT(name_of(type) << " to " << name_of(end) << ", crash at change " << at) {
            Bank bank(at, 2, settings_of(outcome));
            BOOST_REQUIRE(bank.start());
            bank.disk().crash_at(at);
            Run run;
            play(bank, run, type, cancel);
            const bool has_crashed = bank.has_ended();
            const bool was_told =
                run.confirm ? run.confirm->is_confirmed() : run.receive->is_settled();
            bank.end(at % 2 == 0);
            BOOST_REQUIRE(bank.start());
            bank.pass(std::chrono::seconds(10));
            expect_end(bank, run, end, was_told);
            if (!has_crashed) {
                break;
            }
            ++crashes;
        }
    }
    BOOST_TEST(crashes >= 3U);
}

BOOST_AUTO_TEST_SUITE(transfer_crash)

BOOST_AUTO_TEST_CASE(a_ted_out) {
    crash_everywhere(Type::ted_out, http::RailOutcome::completed, Phase::completed, std::nullopt);
    crash_everywhere(Type::ted_out, http::RailOutcome::rejected, Phase::rejected, std::nullopt);
    crash_everywhere(Type::ted_out, http::RailOutcome::failed, Phase::failed, std::nullopt);
}

BOOST_AUTO_TEST_CASE(a_cancel_of_it) {
    for (const int second : {0, 1, 2}) {
        crash_everywhere(Type::ted_out, http::RailOutcome::completed, Phase::completed, second);
    }
}

BOOST_AUTO_TEST_CASE(a_p2p) {
    crash_everywhere(Type::p2p, http::RailOutcome::completed, Phase::completed, std::nullopt);
    crash_everywhere(Type::p2p, http::RailOutcome::completed, Phase::completed, 0);
}

BOOST_AUTO_TEST_CASE(a_ted_in) {
    crash_everywhere(Type::ted_in, http::RailOutcome::completed, Phase::completed, std::nullopt);
}

BOOST_AUTO_TEST_CASE(a_stop_in_order_loses_nothing) {
    Bank bank(1, 2, settings_of(http::RailOutcome::completed));
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 100});
    for (int start = 0; start < 4; ++start) {
        bank.pass(std::chrono::seconds(2));  // the rail begins anew each time
        bank.close();
        bank.end(true);
        BOOST_REQUIRE(bank.start());
    }
    BOOST_TEST((bank.see(id)->phase == Phase::completed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bank
