#include "core/transfers/hours.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::transfers {
namespace {

WallTime at(std::string_view text) {
    return parse_rfc3339(text).value();
}

Calendar real() {
    return {parse_operating_hours("06:30-17:00").value(),
            parse_zone("America/Sao_Paulo").value(),
            {parse_day("2026-12-25").value(), parse_day("2026-09-07").value()}};
}

BOOST_AUTO_TEST_SUITE(hours)

BOOST_AUTO_TEST_CASE(open_from_half_past_six_until_before_five) {
    const Calendar calendar = real();
    BOOST_TEST(!calendar.is_open(at("2026-11-23T06:29:59-03:00")));
    BOOST_TEST(calendar.is_open(at("2026-11-23T06:30:00-03:00")));
    BOOST_TEST(calendar.is_open(at("2026-11-23T16:59:59.999-03:00")));
    BOOST_TEST(!calendar.is_open(at("2026-11-23T17:00:00-03:00")));
    // Still Friday there, already Saturday in UTC, and the other way round.
    BOOST_TEST(!calendar.is_open(at("2026-11-28T00:30:00Z")));
    BOOST_TEST(calendar.is_open(at("2026-11-23T10:00:00Z")));
}

BOOST_AUTO_TEST_CASE(closed_at_weekends_and_on_holidays) {
    const Calendar calendar = real();
    for (const auto* text : {"2026-11-22T12:00:00-03:00", "2026-11-28T12:00:00-03:00",
                             "2026-12-25T12:00:00-03:00", "2026-09-07T12:00:00-03:00"}) {
        BOOST_TEST(!calendar.is_open(at(text)), text);
    }
    BOOST_TEST(calendar.is_open(at("2026-12-24T12:00:00-03:00")));
}

BOOST_AUTO_TEST_CASE(without_hours_always) {
    const Calendar calendar(std::nullopt, {}, {parse_day("2026-12-25").value()});
    BOOST_TEST(calendar.is_open(at("2026-12-25T03:00:00Z")));
    BOOST_TEST(calendar.describe().empty());
}

BOOST_AUTO_TEST_CASE(words) {
    BOOST_TEST(real().describe() == "Mon-Fri 06:30-17:00 UTC-3");
    BOOST_TEST(format_local(at("2026-02-01T18:35:00Z"), parse_zone("-03:00").value()) ==
               "2026-02-01T15:35:00-03:00");
    BOOST_TEST(format_local(at("2026-02-01T18:35:00Z"), parse_zone("+05:30").value()) ==
               "2026-02-02T00:05:00+05:30");
    BOOST_TEST(format_local(at("2026-02-01T18:35:00Z"), {}) == "2026-02-01T18:35:00Z");
}

BOOST_AUTO_TEST_CASE(what_is_no_zone_or_no_hours_is_refused) {
    for (const auto* text : {"", "Mars", "3", "+3", "-03:60", "+15:00", "03:00"}) {
        BOOST_TEST(parse_zone(text).has_error(), text);
    }
    for (const auto* text : {"", "06:30", "6:30-17:00", "17:00-06:30", "06:30-06:30", "06:30-24:01",
                             "06:60-17:00", "06:30-17:00 "}) {
        BOOST_TEST(parse_operating_hours(text).has_error(), text);
    }
    BOOST_TEST(parse_operating_hours("00:00-24:00").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::transfers
