#include "core/outbox/schedule.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::outbox {
namespace {

constexpr std::uint32_t most = 0xffff'ffff;

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(ten_attempts_in_about_three_days) {
    const Schedule usual = Schedule::usual();
    BOOST_TEST(usual.attempts_max() == 10U);
    Milliseconds all(0);
    for (std::uint32_t attempts = 1; attempts < 10; ++attempts) {
        all += usual.next_wait(attempts, std::nullopt, 0).value();
    }
    BOOST_TEST(
        (all == std::chrono::hours(75) + std::chrono::minutes(35) + std::chrono::seconds(5)));
    BOOST_TEST(!usual.next_wait(10, std::nullopt, 0).has_value());
}

BOOST_AUTO_TEST_CASE(spread_by_up_to_a_tenth) {
    const Schedule schedule({Milliseconds(0), Milliseconds(1000)});
    BOOST_TEST((schedule.next_wait(1, std::nullopt, 0) == Milliseconds(1000)));
    BOOST_TEST((schedule.next_wait(1, std::nullopt, most) == Milliseconds(1099)));
}

BOOST_AUTO_TEST_CASE(a_receiver_may_ask_for_more_time) {
    const Schedule schedule({Milliseconds(0), Milliseconds(1000)});
    BOOST_TEST((schedule.next_wait(1, std::chrono::seconds(60), 0) == std::chrono::seconds(60)));
    BOOST_TEST((schedule.next_wait(1, Milliseconds(10), 0) == Milliseconds(1000)));
    BOOST_TEST((schedule.next_wait(1, std::chrono::hours(1000), 0) == std::chrono::hours(24)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::outbox
