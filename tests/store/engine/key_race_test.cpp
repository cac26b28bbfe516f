// One key, many lanes: one of them runs, all others see its answer (reliability 4: IDEM-ONCE).
#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/check.hpp"
#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

Settings threaded_settings() {
    Settings settings = small_settings();
    settings.single_threaded = false;
    return settings;
}

struct Outcome {
    int committed = 0;
    int replayed = 0;
    int other = 0;
    std::vector<std::string> seen;
};

/// Each of `lanes` threads submits `each` claims of the same key, all with another body.
std::vector<Outcome> race(Store& store, int lanes, int each, const std::string& key) {
    std::vector<Outcome> outcomes(static_cast<std::size_t>(lanes));
    std::vector<std::thread> threads;
    std::atomic<int> ready{0};
    for (int number = 0; number < lanes; ++number) {
        threads.emplace_back([&, number] {
            BlockingLane lane(store);
            Outcome& outcome = outcomes[static_cast<std::size_t>(number)];
            std::deque<std::string> seen(static_cast<std::size_t>(each));
            std::deque<Ask> asks;
            ready.fetch_add(1);
            while (ready.load() < lanes) {
                std::this_thread::yield();
            }
            for (int at = 0; at < each; ++at) {
                const std::string body = std::to_string(number) + "/" + std::to_string(at);
                std::string& mine = seen[static_cast<std::size_t>(at)];
                Ask& ask = asks.emplace_back(
                    std::vector<job::RecordId>{counter(1)},
                    [body, &mine](const View& view, Draft& draft) {
                        mine.clear();
                        if (view.remembered) {
                            mine = view.remembered->body;
                            return;
                        }
                        draft.remember(answer(body));
                        const auto& now = view.subjects[0];
                        const std::string more = now ? std::string(as_text(now->value)) + "x" : "x";
                        draft.put(0, as_byte_span(more));
                        mine = body;
                    },
                    key);
                if (at + 1 < each) {
                    lane.lane().submit(ask);
                } else {
                    lane.run(ask);
                }
            }
            for (std::size_t at = 0; at < asks.size(); ++at) {
                const Status status = asks[at].status();
                outcome.committed += status == Status::committed ? 1 : 0;
                outcome.replayed += status == Status::declined ? 1 : 0;
                outcome.other += asks[at].done_count != 1 ? 1 : 0;
                outcome.seen.push_back(seen[at]);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    return outcomes;
}

BOOST_AUTO_TEST_SUITE(store_key_race)

BOOST_AUTO_TEST_CASE(one_of_many_runs_and_the_others_see_its_answer) {
    Rig rig(1, threaded_settings());
    rig.open();
    const int rounds = 40;
    for (int round = 0; round < rounds; ++round) {
        const auto outcomes = race(*rig.store, 4, 16, "key " + std::to_string(round));
        int committed = 0;
        int replayed = 0;
        for (const Outcome& outcome : outcomes) {
            committed += outcome.committed;
            replayed += outcome.replayed;
            BOOST_TEST(outcome.other == 0);
            for (const std::string& seen : outcome.seen) {
                BOOST_TEST(seen == outcomes[0].seen[0]);
            }
        }
        BOOST_TEST(committed == 1);
        BOOST_TEST(replayed == 4 * 16 - 1);
    }
    BOOST_TEST(rig.read(counter(1)) == std::string(rounds, 'x'));
    rig.close();
    rig.open();
    BOOST_TEST(rig.read(counter(1)) == std::string(rounds, 'x'));
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_and_goes) {
    Rig rig(2, threaded_settings());
    rig.open();
    std::atomic<int> claimed{0};
    std::atomic<int> forgotten{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([&, number] {
            BlockingLane lane(*rig.store);
            for (int at = 0; at < 400; ++at) {
                bool claims = false;
                Ask ask(
                    {},
                    [&](const View& view, Draft& draft) {
                        claims = !view.remembered.has_value();
                        if (claims) {
                            draft.remember(answer(std::to_string(number)));
                        } else {
                            draft.forget();
                        }
                    },
                    "key");
                lane.run(ask);
                check(ask.status() == Status::committed, "a key is claimed or forgotten");
                (claims ? claimed : forgotten).fetch_add(1);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    BOOST_TEST(claimed == forgotten);
    const std::uint64_t running = rig.store->state_hash();
    rig.close_lanes();
    rig.store.reset();
    rig.open();
    BOOST_TEST(rig.store->state_hash() == running);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
