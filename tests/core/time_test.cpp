#include "core/base/time.hpp"

#include <boost/test/unit_test.hpp>

namespace belay {
namespace {

BOOST_AUTO_TEST_SUITE(time_text)

BOOST_AUTO_TEST_CASE(formats_cut_and_do_not_round) {
    const WallTime time(Milliseconds(1'700'000'000'999));
    BOOST_TEST(format_rfc3339_seconds(time) == "2023-11-14T22:13:20Z");
    BOOST_TEST(format_rfc3339_milliseconds(time) == "2023-11-14T22:13:20.999Z");
    BOOST_TEST(format_rfc3339_seconds(WallTime(Milliseconds(-1))) == "1969-12-31T23:59:59Z");
    BOOST_TEST(format_rfc3339_milliseconds(WallTime(Milliseconds(7))) ==
               "1970-01-01T00:00:00.007Z");
    BOOST_TEST(format_rfc3339_seconds(WallTime(Milliseconds(253'402'300'800'000))) ==
               "10000-01-01T00:00:00Z");
    BOOST_TEST(format_day(std::chrono::floor<std::chrono::days>(
                   WallTime(Milliseconds(-62'135'596'800'000)))) == "0001-01-01");
}

BOOST_AUTO_TEST_CASE(days_that_share_a_place_in_memory_keep_their_own_texts) {
    const Day first = std::chrono::sys_days(std::chrono::year(2024) / 2 / 20);
    for (int round = 0; round < 3; ++round) {
        for (int days : {0, 8, 1, 16, 8, 0, -8, 9, 365 * 8}) {
            const Day day = first + std::chrono::days(days);
            const WallTime time = WallTime(day) + std::chrono::hours(23) +
                                  std::chrono::minutes(round) + Milliseconds(7'089);
            const std::string expected = format_day(day) + "T23:0" + std::to_string(round) + ":07";
            BOOST_TEST(format_rfc3339_seconds(time) == expected + "Z");
            BOOST_TEST(format_rfc3339_milliseconds(time) == expected + ".089Z");
            BOOST_TEST((parse_rfc3339(expected + ".089Z").value() == time));
        }
    }
}

BOOST_AUTO_TEST_CASE(reads_offsets_and_decimals) {
    const WallTime expected(Milliseconds(1'700'000'000'120));
    for (const std::string_view text :
         {"2023-11-14T22:13:20.12Z", "2023-11-14T22:13:20.120999999Z",
          "2023-11-14T19:13:20.12-03:00", "2023-11-15T00:13:20.12+02:00"}) {
        BOOST_TEST((parse_rfc3339(text).value() == expected), text);
    }
}

BOOST_AUTO_TEST_CASE(refuses_times_that_do_not_exist) {
    for (const std::string_view bad :
         {"", "2023-11-14", "2023-02-29T00:00:00Z", "2023-11-14T24:00:00Z", "2023-11-14T22:60:00Z",
          "2023-11-14T22:13:60Z", "2023-11-14T22:13:20", "2023-11-14T22:13:20.Z",
          "2023-11-14T22:13:20Zx", "2023-11-14 22:13:20Z", "2023-11-14T22:13:20+0300",
          "0000-01-01T00:00:00Z", "2023-11-14T22:13:20.1234567890Z"}) {
        BOOST_TEST(parse_rfc3339(bad).has_error(), bad);
    }
}

BOOST_AUTO_TEST_CASE(days) {
    BOOST_TEST(format_day(parse_day("2024-02-29").value()) == "2024-02-29");
    BOOST_TEST(format_day_compact(parse_day("2024-02-29").value()) == "20240229");
    for (const std::string_view bad : {"2023-02-29", "2023-2-01", "23-02-01", "2023-02-01 ",
                                       "2023-00-10", "2023-13-10", "2023-01-32", "+023-01-01"}) {
        BOOST_TEST(parse_day(bad).has_error(), bad);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay
