// The worker and the rail with their threads: clients that confirm and cancel while transfers are
// sent, accepted and settled. Seen at the end: each ended once, and the money went with it.
#include "http/drive/transfer_worker.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "store/blocking_lane.hpp"
#include "tests/drive/bank.hpp"

namespace belay::bank {
namespace {

using transfers::Phase;
using transfers::Type;

BOOST_AUTO_TEST_SUITE(transfer_worker)

BOOST_AUTO_TEST_CASE(clients_race_the_worker_and_the_rail) {
    BankSettings settings;
    settings.is_threaded = true;
    settings.rail.by_amount = {{7, http::RailOutcome::rejected}};
    Bank bank(1, 3, settings);
    BOOST_REQUIRE(bank.start());
    constexpr int transfers_of_client = 300;
    std::array<std::vector<job::Uuid>, 2> ids;
    std::array<std::vector<job::Uuid>, 2> cancelled;
    std::mutex mutex;  // of the bank's entropy
    const auto play = [&](std::size_t client) {
        store::BlockingLane lane(bank.store());
        for (int number = 0; number < transfers_of_client; ++number) {
            std::unique_ptr<Confirm> confirm;
            job::Uuid event;
            {
                const std::lock_guard guard(mutex);
                confirm = bank.confirmation({.type = number % 3 == 0 ? Type::p2p : Type::ted_out,
                                             .sender = number % 2 == 0 ? 0 : client + 1,
                                             .recipient = number % 2 == 0 ? 1U : 0U,
                                             .amount = number % 5 == 0 ? 7 : 10});
                event = bank.new_id();
            }
            lane.run(*confirm);
            if (!confirm->is_confirmed()) {
                continue;
            }
            bank.inbox().offer(confirm->id());
            ids[client].push_back(confirm->id());
            if (number % 2 == 0) {
                Cancel cancel(lane.lane(), confirm->id(), event, bank.rail());
                lane.run(cancel);
                // A worker that heard from the rail of the withdrawal may have finished the cancel.
                if (cancel.has_won() || cancel.phase() == Phase::cancelled) {
                    cancelled[client].push_back(confirm->id());
                }
            }
        }
    };
    std::thread left([&] { play(0); });
    std::thread right([&] { play(1); });
    left.join();
    right.join();
    std::size_t seen_cancelled = 0;
    for (const auto& list : ids) {
        BOOST_TEST(list.size() == static_cast<std::size_t>(transfers_of_client));
        for (const job::Uuid& id : list) {
            // Ends by itself: the test's own time limit is the only one.
            while (!is_terminal(bank.see(id)->phase)) {
                std::this_thread::yield();
            }
            seen_cancelled += bank.see(id)->phase == Phase::cancelled ? 1 : 0;
        }
    }
    BOOST_TEST(seen_cancelled == cancelled[0].size() + cancelled[1].size());
    BOOST_TEST_MESSAGE(seen_cancelled << " of " << 2 * transfers_of_client << " were cancelled");
    for (const auto& list : cancelled) {
        for (const job::Uuid& id : list) {
            BOOST_TEST((bank.see(id)->phase == Phase::cancelled));
        }
    }
    for (std::size_t account = 0; account < 3; ++account) {
        BOOST_TEST(bank.balance(account).on_hold.minor == 0);
    }
    BOOST_TEST(bank.sum() == 0);
}

BOOST_AUTO_TEST_CASE(many_are_under_way_at_once) {
    const char* size = std::getenv("BELAY_TEST_SIZE");
    const int count = size != nullptr && std::string_view(size) == "full" ? 50'000 : 2'000;
    BankSettings settings;
    settings.is_threaded = true;
    settings.has_webhook = false;
    Bank bank(3, 50, settings);
    BOOST_REQUIRE(bank.start());
    std::vector<std::unique_ptr<Confirm>> confirms;
    for (int number = 0; number < count; ++number) {
        confirms.push_back(
            bank.confirmation({.sender = static_cast<std::size_t>(number) % 50, .amount = 1}));
        bank.submit(0, *confirms.back());
        if (number % 256 == 255) {
            bank.settle();
        }
    }
    bank.settle();
    const world::SystemClock clock;
    const world::MonotonicTime begin = clock.monotonic();
    for (const auto& confirm : confirms) {
        BOOST_REQUIRE(confirm->is_confirmed());
        bank.inbox().offer(confirm->id());
    }
    for (const auto& confirm : confirms) {
        while (bank.see(confirm->id())->phase != Phase::completed) {
            std::this_thread::yield();
        }
    }
    const std::chrono::duration<double> took = clock.monotonic() - begin;
    BOOST_TEST_MESSAGE(count << " transfers, three moves each, in " << took.count() << " s");
    BOOST_TEST(bank.outside() == count - 50 * Bank::funds);
    BOOST_TEST(bank.sum() == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_in_the_midst_loses_nothing) {
    BankSettings settings;
    settings.is_threaded = true;
    Bank bank(2, 2, settings);
    BOOST_REQUIRE(bank.start());
    std::vector<job::Uuid> ids;
    {
        store::BlockingLane lane(bank.store());
        for (int number = 0; number < 200; ++number) {
            const auto confirm = bank.confirmation({.amount = 1});
            lane.run(*confirm);
            BOOST_REQUIRE(confirm->is_confirmed());
            bank.inbox().offer(confirm->id());
            ids.push_back(confirm->id());
        }
    }
    bank.close();
    bank.end(true);
    BOOST_REQUIRE(bank.start());
    for (const job::Uuid& id : ids) {
        while (bank.see(id)->phase != Phase::completed) {
            std::this_thread::yield();
        }
    }
    BOOST_TEST(bank.balance(0).available.minor == Bank::funds - 200);
    BOOST_TEST(bank.sum() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bank
