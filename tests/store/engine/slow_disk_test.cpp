// A disk that hangs for a while: answers come late, groups grow, and nothing else happens.
#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

Settings threaded() {
    Settings settings = small_settings();
    settings.single_threaded = false;
    return settings;
}

template <class Condition>
void wait_until(Condition condition) {
    while (!condition()) {
        std::this_thread::yield();
    }
}

BOOST_AUTO_TEST_SUITE(store_slow_disk)

BOOST_AUTO_TEST_CASE(a_disk_that_hangs_delays_answers_and_nothing_else) {
    constexpr std::uint64_t waiting = 200;
    Rig rig(1, threaded());
    rig.open();
    Lane& lane = rig.lane();
    const auto finish = [&](Ask& ask) {
        lane.end_turn();
        wait_until([&] {
            lane.poll();
            return ask.is_done();
        });
        return ask.status();
    };
    Ask before = put(counter(1), "before");
    lane.submit(before);
    BOOST_TEST((finish(before) == Status::committed));

    std::atomic<bool> hangs{false};
    std::promise<void> wakes;
    rig.disk->delay({world::SimCall::write, 1, {}}, [&] {
        hangs = true;
        wakes.get_future().wait();
    });
    Ask during = put(counter(1), "during");
    lane.submit(during);
    lane.end_turn();
    wait_until([&] { return hangs.load(); });
    std::deque<Ask> others;
    for (std::uint64_t number = 0; number < waiting; ++number) {
        lane.submit(others.emplace_back(
            std::vector<job::RecordId>{counter(10 + number)},
            [](const View&, Draft& draft) { draft.put(0, as_byte_span("x")); }));
    }
    lane.poll();
    BOOST_TEST(lane.pending() == 1 + waiting);
    BOOST_TEST(rig.read(counter(1)) == "before");
    BOOST_TEST(rig.read(counter(10)) == "-");

    // It is told to who looks at the health, then to who waits: nobody knows how it will end.
    wait_until([&] {
        rig.clock.advance(Milliseconds(100));
        return rig.store->statistics().degraded;
    });
    rig.clock.advance(rig.settings.commit_timeout);
    lane.poll();
    BOOST_TEST(lane.pending() == 0U);
    BOOST_TEST((during.status() == Status::unknown));
    for (const Ask& ask : others) {
        BOOST_TEST((ask.is_done() && ask.status() == Status::unknown));
    }
    BOOST_TEST(rig.read(counter(1)) == "before");
    BOOST_TEST(rig.listener.count == 0);

    // When it goes on, all of that is written in a few groups, and seen.
    const std::uint64_t groups = rig.store->statistics().groups;
    wakes.set_value();
    Ask after = put(counter(2), "after");
    lane.submit(after);
    BOOST_TEST((finish(after) == Status::committed));
    BOOST_TEST(rig.store->statistics().groups <= groups + 3);
    BOOST_TEST(rig.read(counter(1)) == "during");
    BOOST_TEST(rig.read(counter(9 + waiting)) == "x");
    BOOST_TEST(during.done_count == 1);
    wait_until([&] { return !rig.store->statistics().degraded; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
