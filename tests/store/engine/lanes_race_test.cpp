// Lanes that come and go, snapshots, crashes and removals while other lanes work.
#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/check.hpp"
#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

constexpr std::uint64_t workers = 3;

Settings threaded_settings() {
    Settings settings = small_settings();
    settings.single_threaded = false;
    return settings;
}

/// Adds one to the counter of `number`; what it became, or 0 if that is not known to be durable.
std::uint64_t increment(BlockingLane& lane, std::uint64_t number) {
    std::uint64_t made = 0;
    Ask ask({counter(number)}, [&](const View& view, Draft& draft) {
        const auto& now = view.subjects[0];
        made = now ? std::stoull(std::string(as_text(now->value))) + 1 : 1;
        draft.put(0, as_byte_span(std::to_string(made)));
    });
    lane.run(ask);
    return ask.status() == Status::committed ? made : 0;
}

/// Makes an item and removes it again.
bool make_and_remove(BlockingLane& lane, std::uint64_t number) {
    Ask make = put(item(number), item_value(number % 3, "comes and goes"));
    lane.run(make);
    Ask gone = remove(item(number));
    lane.run(gone);
    return make.status() == Status::committed && gone.status() == Status::committed;
}

BOOST_AUTO_TEST_SUITE(store_lanes_race)

BOOST_AUTO_TEST_CASE(lanes_come_and_go_under_load) {
    Rig rig(1, threaded_settings());
    rig.open();
    std::vector<std::thread> threads;
    for (std::uint64_t worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
            for (int round = 0; round < 60; ++round) {
                BlockingLane lane(*rig.store);
                for (int at = 0; at < 4; ++at) {
                    check(increment(lane, 1) != 0, "an increment is committed");
                }
                // The next lane of this thread makes it again while the removal settles.
                check(make_and_remove(lane, worker), "an item is made and removed");
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    BOOST_TEST(rig.read(counter(1)) == std::to_string(workers * 60 * 4));
    for (const unsigned owner : {0U, 1U, 2U}) {
        BOOST_TEST(rig.list(owner).empty());
    }
    rig.lane().about_to_sleep();
    rig.lane().woke();
    BOOST_TEST(rig.store->statistics().records == 1U);
}

BOOST_AUTO_TEST_CASE(snapshots_while_lanes_write_and_remove) {
    Rig rig(2, threaded_settings());
    rig.open();
    std::atomic<std::uint64_t> working{workers};
    std::vector<std::thread> threads;
    for (std::uint64_t worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
            BlockingLane lane(*rig.store);
            for (std::uint64_t at = 0; at < 300; ++at) {
                check(increment(lane, at % 5) != 0, "an increment is committed");
                check(make_and_remove(lane, 100 * worker + at % 7), "an item comes and goes");
                Ask key = at % 2 == 0 ? claim("key " + std::to_string(worker), "body")
                                      : forget("key " + std::to_string(worker));
                lane.run(key);
            }
            working.fetch_sub(1);
        });
    }
    while (working.load() != 0) {
        const auto written = rig.store->write_snapshot();
        check(written.has_value(), "a snapshot is written");
        std::this_thread::yield();
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    BOOST_TEST_MESSAGE(rig.store->statistics().snapshots << " snapshots");
    const std::uint64_t running = rig.store->state_hash();
    const std::string first = rig.read(counter(0));
    rig.close_lanes();
    rig.store.reset();
    rig.open();
    BOOST_TEST(rig.store->state_hash() == running);
    BOOST_TEST(rig.read(counter(0)) == first);
}

BOOST_AUTO_TEST_CASE(a_crash_under_load_loses_nothing_acknowledged) {
    for (std::uint64_t round = 0; round < 12; ++round) {
        Rig rig(100 + round, threaded_settings());
        rig.open();
        rig.disk->crash_at(20 + 17 * round);
        std::array<std::uint64_t, workers> acknowledged{};
        std::vector<std::thread> threads;
        for (std::uint64_t worker = 0; worker < workers; ++worker) {
            threads.emplace_back([&, worker] {
                BlockingLane lane(*rig.store);
                for (;;) {
                    const std::uint64_t made = increment(lane, worker);
                    if (made == 0) {
                        return;
                    }
                    check(made == acknowledged[worker] + 1, "nobody else counts here");
                    acknowledged[worker] = made;
                    if (!make_and_remove(lane, worker)) {
                        return;
                    }
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        while (rig.listener.count == 0) {
            std::this_thread::yield();  // it is told after the lanes are
        }
        std::array<std::string, workers> seen;
        for (std::uint64_t worker = 0; worker < workers; ++worker) {
            seen[worker] = rig.read(counter(worker));
        }
        rig.power_loss(round);
        rig.open();
        for (std::uint64_t worker = 0; worker < workers; ++worker) {
            const std::string text = rig.read(counter(worker));
            const std::uint64_t found = text == "-" ? 0 : std::stoull(text);
            BOOST_TEST(found >= acknowledged[worker]);
            BOOST_TEST(found <= acknowledged[worker] + 1);
            BOOST_TEST((seen[worker] == "-" || found >= std::stoull(seen[worker])));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_full_ring_under_load_lets_everybody_through) {
    Rig rig(3, threaded_settings());
    rig.open();
    const std::string large(30'000, 'x');
    std::vector<std::thread> threads;
    for (std::uint64_t worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
            // Many in flight at once, so that the ring fills and lanes sleep for room.
            NoWaker waker;
            Lane lane = rig.store->open_lane(waker);
            std::vector<std::unique_ptr<Ask>> asks;
            for (std::uint64_t at = 0; at < 150; ++at) {
                asks.push_back(std::make_unique<Ask>(
                    std::vector<job::RecordId>{counter(1000 * worker + at % 10)},
                    [&](const View&, Draft& draft) { draft.put(0, as_byte_span(large)); }));
                lane.submit(*asks.back());
            }
            lane.end_turn();
            while (lane.pending() != 0) {
                lane.poll();
                lane.end_turn();
                std::this_thread::yield();
            }
            for (const auto& ask : asks) {
                check(ask->status() == Status::committed, "everybody gets through");
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    BOOST_TEST(rig.store->statistics().records == workers * 10);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
