#include "http/drive/midaz/breaker.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::midaz {
namespace {

using std::chrono::seconds;
using world::MonotonicTime;

constexpr MonotonicTime start{seconds(1000)};

struct Opened {
    Breaker breaker{BreakerSettings{3, seconds(30)}};

    Opened() {
        for (int at = 0; at < 3; ++at) {
            BOOST_TEST(!breaker.blocked_until(start));
            breaker.failed(start);
        }
    }
};

BOOST_AUTO_TEST_SUITE(breaker)

BOOST_AUTO_TEST_CASE(failures_that_are_not_in_a_row_do_not_open_it) {
    Breaker breaker{BreakerSettings{3, seconds(30)}};
    for (int at = 0; at < 10; ++at) {
        breaker.failed(start);
        breaker.failed(start);
        BOOST_TEST(!breaker.is_open());
        breaker.succeeded();
    }
}

BOOST_FIXTURE_TEST_CASE(three_in_a_row_stop_all_calls_for_the_pause, Opened) {
    BOOST_TEST(breaker.is_open());
    BOOST_TEST((breaker.blocked_until(start) == start + seconds(30)));
    BOOST_TEST((breaker.blocked_until(start + seconds(29)) == start + seconds(30)));
}

BOOST_FIXTURE_TEST_CASE(after_the_pause_one_call_tries, Opened) {
    const MonotonicTime later = start + seconds(30);
    BOOST_TEST(!breaker.blocked_until(later));
    BOOST_TEST(breaker.blocked_until(later).has_value());
    BOOST_TEST(breaker.is_open());
}

BOOST_FIXTURE_TEST_CASE(the_try_decides, Opened) {
    const MonotonicTime later = start + seconds(30);
    BOOST_TEST(!breaker.blocked_until(later));
    breaker.failed(later);
    BOOST_TEST((breaker.blocked_until(later) == later + seconds(30)));
    BOOST_TEST(!breaker.blocked_until(later + seconds(30)));
    breaker.succeeded();
    BOOST_TEST(!breaker.is_open());
    BOOST_TEST(!breaker.blocked_until(later + seconds(30)));
}

BOOST_FIXTURE_TEST_CASE(a_try_that_nobody_tells_of_is_not_the_last, Opened) {
    const MonotonicTime later = start + seconds(30);
    BOOST_TEST(!breaker.blocked_until(later));
    BOOST_TEST(!breaker.blocked_until(later + seconds(30)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::midaz
