#include "http/client/retry_after.hpp"

#include <boost/test/unit_test.hpp>

using namespace belay;
using client::parse_retry_after;

namespace {

// 1994-11-06T08:49:07Z: thirty seconds before the RFC's example.
const WallTime now{std::chrono::seconds(784'111'747)};

long seconds_of(std::string_view text) {
    const auto parsed = parse_retry_after(text, now);
    return parsed ? static_cast<long>(std::chrono::floor<std::chrono::seconds>(*parsed).count())
                  : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retry_after)

BOOST_AUTO_TEST_CASE(seconds) {
    BOOST_TEST(seconds_of("0") == 0);
    BOOST_TEST(seconds_of("120") == 120);
    BOOST_TEST(seconds_of("0007") == 7);
    const long most = 366L * 24 * 3600;
    BOOST_TEST(seconds_of("99999999") == most);
    BOOST_TEST(seconds_of("99999999999999999999999") == most);
}

BOOST_AUTO_TEST_CASE(dates_in_three_forms) {
    BOOST_TEST(seconds_of("Sun, 06 Nov 1994 08:49:37 GMT") == 30);
    BOOST_TEST(seconds_of("Sunday, 06-Nov-94 08:49:37 GMT") == 30);
    BOOST_TEST(seconds_of("Sun Nov  6 08:49:37 1994") == 30);
    BOOST_TEST(seconds_of("Sun, 06 Nov 1994 08:49:00 GMT") == 0);
    BOOST_TEST(seconds_of("Fri, 31 Dec 9999 23:59:59 GMT") == 366L * 24 * 3600);
    // Two digits: 44 is fifty years ahead, 45 would be more.
    BOOST_TEST(seconds_of("Sunday, 06-Nov-44 08:49:37 GMT") == 366L * 24 * 3600);
    BOOST_TEST(seconds_of("Sunday, 06-Nov-45 08:49:37 GMT") == 0);
}

BOOST_AUTO_TEST_CASE(anything_else_is_none) {
    for (const char* text :
         {"", "-1", "1.5", "1s", " 5", "soon", "Sun, 06 Nov 1994 08:49:37",
          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 EST", "Sun, 06 Nov 199x 08:49:37 GMT", "a b c d e f g h"}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(seconds_of(text) == -1);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
