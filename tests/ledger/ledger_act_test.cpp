// Ledger transactions in the store: what moves together, what races, and what a crash leaves.
#include "http/drive/ledger_act.hpp"

#include <random>
#include <set>

#include <boost/test/unit_test.hpp>

#include "http/drive/ledger_ids.hpp"
#include "tests/ledger/bank.hpp"

namespace belay::http::testing {
namespace {

using ledger::Ask;
using ledger::Balance;
using ledger::MoveFault;
using ledger::Phase;

constexpr unsigned outside = 0;
constexpr unsigned anna = 1;
constexpr unsigned bert = 2;
constexpr unsigned carl = 3;

void fund(Bank& bank, unsigned id, unsigned customer, std::int64_t amount) {
    BOOST_REQUIRE(bank.run(id, payment(outside, {customer}, amount), Ask::post).moved());
}

BOOST_AUTO_TEST_SUITE(ledger_act)

// transfers.md 3.3: 1000, a hold of 200, 800 and 200, a cancel, 1000 and 0.
BOOST_AUTO_TEST_CASE(a_hold_is_canceled) {
    Bank bank;
    fund(bank, 1, anna, 1000);
    BOOST_TEST(bank.run(2, payment(anna, {outside}, 200), Ask::hold).moved());
    BOOST_TEST((bank.balance(anna) == Balance{{800}, {200}, 2, {}}));
    BOOST_TEST((bank.phase(2) == Phase::pending));
    BOOST_TEST(bank.run(2, Ask::cancel).moved());
    BOOST_TEST((bank.balance(anna) == Balance{{1000}, {}, 3, {}}));
    BOOST_TEST((bank.phase(2) == Phase::canceled));
    BOOST_TEST((bank.balance(outside) == Balance{{-1000}, {}, 1, {}}));
}

BOOST_AUTO_TEST_CASE(a_hold_is_committed) {
    Bank bank;
    fund(bank, 1, anna, 1000);
    BOOST_TEST(bank.run(2, payment(anna, {bert, carl}, 200), Ask::hold).moved());
    BOOST_TEST((bank.balance(bert) == Balance{}));
    BOOST_TEST(bank.run(2, Ask::commit).moved());
    BOOST_TEST((bank.balance(anna) == Balance{{800}, {}, 3, {}}));
    BOOST_TEST((bank.balance(bert) == Balance{{100}, {}, 1, {}}));
    BOOST_TEST((bank.balance(carl) == Balance{{100}, {}, 1, {}}));
    BOOST_TEST((bank.phase(2) == Phase::approved));
}

BOOST_AUTO_TEST_CASE(without_funds_nothing_is_put) {
    Bank bank;
    fund(bank, 1, anna, 100);
    for (const Ask ask : {Ask::hold, Ask::post}) {
        const LedgerAct::Outcome outcome = bank.run(2, payment(anna, {bert}, 101), ask);
        BOOST_TEST((outcome.fault == MoveFault::insufficient_funds));
        BOOST_TEST(outcome.leg == 0U);
        BOOST_TEST(!outcome.moved());
        BOOST_TEST((bank.phase(2) == Phase::absent));
        BOOST_TEST((bank.balance(anna) == Balance{{100}, {}, 1, {}}));
        BOOST_TEST((bank.balance(bert) == Balance{}));
    }
}

// The first leg could move: the second one's refusal holds it back.
BOOST_AUTO_TEST_CASE(one_poor_source_holds_all_back) {
    Bank bank;
    fund(bank, 1, anna, 100);
    ledger::Transaction both = payment(anna, {carl}, 60);
    both.leg_storage[0].amount = {30};
    BOOST_REQUIRE(both.add({ledger::Side::source, account(bert), 0, {30}, "@bert"}));
    const LedgerAct::Outcome outcome = bank.run(2, both, Ask::hold);
    BOOST_TEST((outcome.fault == MoveFault::insufficient_funds));
    BOOST_TEST(outcome.leg == 2U);
    BOOST_TEST((bank.balance(anna) == Balance{{100}, {}, 1, {}}));
}

BOOST_AUTO_TEST_CASE(an_end_comes_once) {
    for (const Ask first : {Ask::commit, Ask::cancel}) {
        Bank bank;
        fund(bank, 1, anna, 1000);
        BOOST_TEST(bank.run(2, payment(anna, {bert}, 200), Ask::hold).moved());
        BOOST_TEST(bank.run(2, first).moved());
        const Balance after = bank.balance(anna);
        for (const Ask second : {Ask::commit, Ask::cancel}) {
            const LedgerAct::Outcome outcome = bank.run(2, second);
            BOOST_TEST((outcome.verdict == job::Verdict::already_ended));
            BOOST_TEST((bank.balance(anna) == after));
        }
    }
    Bank bank;
    BOOST_TEST((bank.run(9, Ask::cancel).verdict == job::Verdict::not_found));
}

BOOST_AUTO_TEST_CASE(commit_races_cancel) {
    for (const bool commit_first : {true, false}) {
        Bank bank;
        fund(bank, 1, anna, 1000);
        BOOST_TEST(bank.run(2, payment(anna, {bert}, 200), Ask::hold).moved());
        const auto& one = bank.submit(0, 2, commit_first ? Ask::commit : Ask::cancel);
        const auto& other = bank.submit(1, 2, commit_first ? Ask::cancel : Ask::commit);
        bank.advance();
        BOOST_TEST(one.outcome.moved());
        BOOST_TEST((other.outcome.verdict == job::Verdict::already_ended));
        BOOST_TEST(bank.balance(anna).available.minor == (commit_first ? 800 : 1000));
        BOOST_TEST(bank.balance(anna).on_hold.minor == 0);
    }
}

// Neither sees the other's pending version as money that is there.
BOOST_AUTO_TEST_CASE(two_holds_race_for_one_balance) {
    Bank bank;
    fund(bank, 1, anna, 100);
    const auto& one = bank.submit(0, 2, payment(anna, {outside}, 70), Ask::hold);
    const auto& other = bank.submit(1, 3, payment(anna, {outside}, 70), Ask::hold);
    bank.advance();
    BOOST_TEST(one.outcome.moved());
    BOOST_TEST((other.outcome.fault == MoveFault::insufficient_funds));
    BOOST_TEST((bank.balance(anna) == Balance{{30}, {70}, 2, {}}));
}

// Each stripe is a record; what is held in one is settled there.
BOOST_AUTO_TEST_CASE(stripes_add_up) {
    Bank bank;
    for (std::uint8_t stripe = 0; stripe < ledger::stripes; ++stripe) {
        BOOST_TEST(bank.run(1U + stripe, payment(outside, {anna}, 10, stripe), Ask::post).moved());
    }
    BOOST_TEST((bank.balance(outside) == Balance{{-80}, {}, 8, {}}));
    BOOST_TEST(bank.sums(1).all == 0);
}

BOOST_AUTO_TEST_CASE(a_sum_beyond_64_bits_is_refused) {
    constexpr std::int64_t most = ledger::unfloored_max;
    Bank bank;
    fund(bank, 1, anna, most);
    BOOST_TEST(
        (bank.run(2, payment(outside, {anna}, 1, 0), Ask::post).fault == MoveFault::too_large));
    BOOST_TEST((bank.balance(anna) == Balance{{most}, {}, 1, {}}));
    // All stripes together are still within 64 bits, and so is who has got it all.
    for (std::uint8_t stripe = 1; stripe < ledger::stripes; ++stripe) {
        BOOST_TEST(
            bank.run(2U + stripe, payment(outside, {anna}, most, stripe), Ask::post).moved());
    }
    BOOST_TEST((bank.balance(anna) == Balance{{most * ledger::stripes}, {}, ledger::stripes, {}}));
}

BOOST_AUTO_TEST_CASE(the_sum_is_zero_at_every_cut_and_after_every_crash) {
    constexpr unsigned customers = 5;
    const std::uint64_t seed = 20'261'122;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
    Bank bank(seed);
    unsigned next = 1;
    unsigned moved = 0;
    for (int step = 0; step < 3000; ++step) {
        const std::size_t lane = pick(2);
        const unsigned known = next > 1 ? 1 + pick(next - 1) : 0;
        if (pick(3) == 0 && bank.phase(known) != Phase::absent) {
            bank.submit(lane, known, pick(2) == 0 ? Ask::commit : Ask::cancel);
        } else {
            const unsigned from = pick(customers + 1);
            const unsigned to = (from + 1 + pick(customers)) % (customers + 1);
            const auto stripe = static_cast<std::uint8_t>(pick(ledger::stripes));
            const bool held = from != outside && pick(2) == 0;
            const auto amount = static_cast<std::int64_t>(1 + pick(100));
            const auto& made = bank.submit(lane, next, payment(from, {to}, amount, stripe),
                                           held ? Ask::hold : Ask::post);
            moved += made.outcome.moved() ? 1 : 0;
            ++next;
        }
        if (pick(4) == 0) {
            bank.store().pump();
            bank.lane(pick(2)).poll();
        }
        if (pick(50) == 0) {
            bank.power_loss(random());
        }
        const Sums sums = bank.sums(customers, bank.lane(pick(2)));
        BOOST_REQUIRE(sums.all == 0);
        BOOST_REQUIRE(sums.lowest == 0);
    }
    bank.advance();
    BOOST_TEST(moved > 500U);
    // What is on hold belongs to the pending ones, each once.
    for (unsigned id = 1; id < next; ++id) {
        bank.run(id, Ask::cancel);
    }
    BOOST_TEST(bank.sums(customers).on_hold == 0);
    BOOST_TEST(bank.sums(customers).all == 0);
}

BOOST_AUTO_TEST_CASE(derived_ids_are_of_one_thing) {
    const job::Uuid one{{1}};
    const job::Uuid other{{2}};
    std::set<job::Uuid> ids;
    for (const job::Uuid& owner : {one, other}) {
        ids.insert(default_ledger_id(owner));
        ids.insert(alias_record_id(owner, "@external/BRL").id);
        ids.insert(alias_record_id(owner, "").id);
        for (const std::string_view asset : {"BRL", "BR", "USD"}) {
            ids.insert(external_account_id(owner, ledger::external_alias(asset)));
            ids.insert(external_account_id(owner, ledger::fee_alias(asset)));
        }
    }
    BOOST_TEST(ids.size() == 18U);
    // They stand on disk: what made them may not change.
    BOOST_TEST(job::format_uuid(default_ledger_id(one)) == "170e672f-eed9-8d9d-88f3-e0029bd9e223");
    BOOST_TEST(job::format_uuid(external_account_id(one, "@external/BRL")) ==
               "c617e394-a6ec-85ad-ac33-a6ee81d210cd");
    BOOST_TEST(job::format_uuid(alias_record_id(one, "@anna").id) ==
               "526b8564-1ba5-f4cc-9a1c-601349e1dd80");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::http::testing
