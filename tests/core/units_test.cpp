#include "core/base/units.hpp"

#include <boost/test/unit_test.hpp>

namespace belay {
namespace {

BOOST_AUTO_TEST_SUITE(units)

BOOST_AUTO_TEST_CASE(durations_and_sizes_go_both_ways) {
    BOOST_TEST(parse_duration("250ms").value().count() == 250);
    BOOST_TEST(parse_duration("5s").value().count() == 5'000);
    BOOST_TEST(parse_duration("24h").value().count() == 86'400'000);
    BOOST_TEST(format_duration(Milliseconds(86'400'000)) == "1d");
    BOOST_TEST(format_duration(Milliseconds(90'000)) == "90s");
    BOOST_TEST(format_duration(Milliseconds(0)) == "0ms");
    BOOST_TEST(parse_size("64MiB").value() == 64ULL << 20);
    BOOST_TEST(parse_size("0B").value() == 0U);
    BOOST_TEST(format_size(64ULL << 20) == "64MiB");
    BOOST_TEST(format_size(1000) == "1000B");
}

BOOST_AUTO_TEST_CASE(a_number_without_a_unit_is_refused) {
    for (const std::string_view bad :
         {"", "5", "s", "5 s", "-5s", "5S", "1.5s", "99999999999999999999s", "200000000000000d"}) {
        BOOST_TEST(parse_duration(bad).has_error(), bad);
    }
    for (const std::string_view bad : {"", "64", "64MB", "64 MiB", "99999999999GiB"}) {
        BOOST_TEST(parse_size(bad).has_error(), bad);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay
