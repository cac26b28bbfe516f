// What of a request's waiting is the generator's doing, by a clock that the test sets.
#include "bench/load/schedule.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::bench {
namespace {

using namespace std::chrono_literals;
using Time = Schedule::Time;

/// One each 10 ms from the beginning on, until 10 s.
struct Fixture {
    static Time at(std::chrono::milliseconds time) { return Time() + time; }

    /// All that is due is sent at that time: what each is late by.
    std::vector<std::int64_t> send_all(std::chrono::milliseconds time) {
        std::vector<std::int64_t> late;
        while (schedule.is_due()) {
            late.push_back(schedule.sent(at(time)) / 1ms);
        }
        return late;
    }

    Schedule schedule{at(0ms), 10ms, at(10s)};
};

using Late = std::vector<std::int64_t>;

BOOST_FIXTURE_TEST_SUITE(schedule, Fixture)

BOOST_AUTO_TEST_CASE(what_is_due_is_seen_in_order_and_not_before) {
    schedule.look(at(25ms));
    for (const auto due : {0ms, 10ms, 20ms}) {
        BOOST_TEST_REQUIRE(schedule.is_due());
        BOOST_TEST((schedule.due() == at(due)));
        schedule.sent(at(25ms));
    }
    BOOST_TEST(!schedule.is_due());
    BOOST_TEST((schedule.next() == at(30ms)));
}

BOOST_AUTO_TEST_CASE(nothing_is_due_at_the_end) {
    schedule = Schedule(at(0ms), 10ms, at(20ms));
    schedule.look(at(100ms));
    BOOST_TEST(send_all(100ms) == (Late{100, 90}), boost::test_tools::per_element());
    BOOST_TEST(!schedule.is_due());
}

BOOST_AUTO_TEST_CASE(who_looks_late_is_late_by_it_whenever_a_connection_comes) {
    schedule.look(at(30ms));
    schedule.slept_until(at(500ms));
    schedule.look(at(500ms));
    BOOST_TEST_REQUIRE((schedule.due() == at(0ms)));
    const Late late = send_all(500ms);
    BOOST_TEST_REQUIRE(late.size() == 51U);
    BOOST_TEST((Late(late.begin(), late.begin() + 4)) == (Late{30, 20, 10, 0}),
               boost::test_tools::per_element());
    // Due while all connections were taken, and seen at once when that was over.
    BOOST_TEST((Late(late.begin() + 4, late.end())) == Late(47), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_wakes_later_than_wanted_is_late_from_then_on) {
    schedule.look(at(0ms));
    schedule.sent(at(0ms));
    schedule.slept_until(at(25ms));
    schedule.look(at(55ms));
    // Of those of 10 and 20 the sleep is taken off; those of 30, 40 and 50 were due after it.
    BOOST_TEST(send_all(55ms) == (Late{30, 30, 25, 15, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_has_been_seen_is_late_if_a_connection_is_then_left_waiting) {
    schedule.look(at(0ms));
    schedule.slept_until(at(2ms));
    schedule.look(at(2ms));
    BOOST_TEST(send_all(9ms) == Late{7}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(sending_is_late_until_it_is_done) {
    schedule.look(at(10ms));
    BOOST_TEST((schedule.sent(at(12ms)) == 12ms));
    BOOST_TEST((schedule.sent(at(15ms)) == 5ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bench
