// Threads on one hot account: no centavo is lost or made, and every cut says so meanwhile.
#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/check.hpp"
#include "store/blocking_lane.hpp"
#include "tests/ledger/bank.hpp"

namespace belay::http::testing {
namespace {

using ledger::Ask;

constexpr unsigned outside = 0;
constexpr unsigned anna = 1;
constexpr unsigned bert = 2;
constexpr unsigned customers = 2;
constexpr unsigned threads_count = 3;
constexpr unsigned rounds = 150;
constexpr std::int64_t funds = 250;

struct Tally {
    std::int64_t committed = 0;
    std::int64_t canceled = 0;
    std::int64_t refused = 0;
};

bool hold(store::BlockingLane& lane, unsigned id, const ledger::Transaction& paid) {
    testing::Ask ask(id, paid, Ask::hold);
    lane.run(ask);
    check(ask.receipt.status == store::Status::committed ||
              ask.receipt.status == store::Status::declined,
          "the store answers");
    return ask.outcome.moved();
}

/// Holds of 100, of which there are two at a time, for three threads; every second one goes to
/// Bert or the world outside, every other one comes back.
Tally spend(store::Store& store, unsigned thread) {
    store::BlockingLane lane(store);
    Tally tally;
    for (unsigned round = 0; round < rounds; ++round) {
        const unsigned id = 100 + thread * rounds + round;
        const auto stripe = static_cast<std::uint8_t>(thread);
        const ledger::Transaction paid =
            payment(anna, {round % 4 == 1 ? bert : outside}, 100, stripe);
        while (!hold(lane, id, paid)) {
            ++tally.refused;
            std::this_thread::yield();  // the others have all of it; they give it back
        }
        const bool commits = round % 2 == 1;
        testing::Ask end(id, paid, commits ? Ask::commit : Ask::cancel);
        lane.run(end);
        check(end.outcome.moved() && end.receipt.status == store::Status::committed,
              "a hold has its end");
        ++(commits ? tally.committed : tally.canceled);
        if (commits) {
            // The money comes back by another way, so that the race goes on.
            testing::Ask back(10'000 + id,
                              payment(round % 4 == 1 ? bert : outside, {anna}, 100, stripe),
                              Ask::post);
            lane.run(back);
            check(back.outcome.moved() && back.receipt.status == store::Status::committed,
                  "what was paid can be paid back");
        }
    }
    return tally;
}

BOOST_AUTO_TEST_SUITE(ledger_race)

BOOST_AUTO_TEST_CASE(threads_spend_from_one_account) {
    Bank bank(1, true);
    {
        store::BlockingLane lane(bank.store());
        testing::Ask funding(1, payment(outside, {anna}, funds), Ask::post);
        lane.run(funding);
        BOOST_REQUIRE(funding.outcome.moved());
    }
    std::atomic<unsigned> working{threads_count};
    std::array<Tally, threads_count> tallies;
    std::vector<std::thread> threads;
    for (unsigned thread = 0; thread < threads_count; ++thread) {
        threads.emplace_back([&, thread] {
            tallies[thread] = spend(bank.store(), thread);
            // Acquire and release with the reader's load: it looks once more after the last.
            working.fetch_sub(1, std::memory_order_release);
        });
    }
    unsigned cuts = 0;
    bool last = false;
    while (!last) {
        last = working.load(std::memory_order_acquire) == 0;
        const Sums sums = bank.sums(customers);
        BOOST_REQUIRE(sums.all == 0);
        BOOST_REQUIRE(sums.lowest == 0);
        BOOST_REQUIRE(sums.on_hold <= funds);
        ++cuts;
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    Tally all;
    for (const Tally& each : tallies) {
        all.committed += each.committed;
        all.canceled += each.canceled;
        all.refused += each.refused;
    }
    BOOST_TEST_MESSAGE(cuts << " cuts, " << all.committed << " commits, " << all.canceled
                            << " cancels, " << all.refused << " refusals");
    BOOST_TEST(all.committed == threads_count * rounds / 2);
    BOOST_TEST(all.canceled == threads_count * rounds / 2);
    const ledger::Balance left = bank.balance(anna);
    BOOST_TEST(left.available.minor == funds);
    BOOST_TEST(left.on_hold.minor == 0);
    // A hold and its end move the account twice, a payment back once, the funding once.
    BOOST_TEST(left.version ==
               static_cast<std::uint64_t>(1 + 3 * all.committed + 2 * all.canceled));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::http::testing
