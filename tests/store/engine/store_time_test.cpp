#include "store/store_time.hpp"

#include <chrono>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/world/clock.hpp"

namespace belay::store::testing {
namespace {

using namespace std::chrono_literals;

constexpr WallTime birth{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

struct StoreTimeSuite {
    StoreTimeSuite() { time.start(WallTime()); }

    /// So much time goes by, looked at as the housekeeper does.
    void pass(Milliseconds length) {
        for (Milliseconds passed{}; passed < length; passed += 50ms) {
            clock.advance(50ms);
            time.follow();
        }
    }

    world::ManualClock clock{birth};
    StoreTime time{clock};
};

BOOST_FIXTURE_TEST_SUITE(store_time, StoreTimeSuite)

BOOST_AUTO_TEST_CASE(it_is_the_time_of_day) {
    BOOST_TEST((time.now() == birth));
    pass(1h);
    BOOST_TEST((time.now() == birth + 1h));
}

BOOST_AUTO_TEST_CASE(a_start_goes_on_from_the_latest_time_of_the_log) {
    time.start(birth + 24h);
    BOOST_TEST((time.now() == birth + 24h));
    clock.advance(10s);
    BOOST_TEST((time.now() == birth + 24h + 10s));
    time.start(birth - 24h);
    BOOST_TEST((time.now() == birth + 10s));
}

BOOST_AUTO_TEST_CASE(durations_do_not_care_about_jumps) {
    const std::vector<Milliseconds> jumps{1h, -1h, -492'000h, 650'000h, -158'000h};
    for (const Milliseconds jump : jumps) {
        const WallTime before = time.now();
        clock.jump_wall(jump);
        BOOST_TEST((time.now() == before));
        pass(100s);
        const Milliseconds passed = time.now() - before;
        BOOST_TEST(passed.count() >= 90'000);
        BOOST_TEST(passed.count() <= 110'000);
    }
}

BOOST_AUTO_TEST_CASE(it_comes_back_to_the_time_of_day) {
    for (const Milliseconds jump : {Milliseconds(10min), Milliseconds(-10min)}) {
        clock.jump_wall(jump);
        pass(90min);
        BOOST_TEST((time.now() != clock.wall()));
        pass(11min);
        BOOST_TEST((time.now() == clock.wall()));
    }
}

BOOST_AUTO_TEST_CASE(it_never_falls) {
    clock.jump_wall(-1h);
    WallTime last = time.now();
    for (int step = 0; step < 1000; ++step) {
        clock.advance(Milliseconds(step % 3));
        if (step % 7 == 0) {
            time.follow();
        }
        const WallTime now = time.now();
        BOOST_TEST((now >= last));
        last = now;
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
