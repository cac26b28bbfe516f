// examples/belay.toml is documentation: this keeps it true.
#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "http/program/settings_load.hpp"
#include "http/program/settings_table.hpp"

namespace belay::program {
namespace {

std::string example_text() {
    const std::ifstream file(BELAY_EXAMPLE_SETTINGS);
    std::ostringstream text;
    text << file.rdbuf();
    BOOST_TEST_REQUIRE(file.good());
    return std::move(text).str();
}

Settings example_settings() {
    return load_settings({.file = SettingsFile{"examples/belay.toml", example_text()},
                          .environment = {},
                          .flags = {}})
        .value();
}

/// The Easter Sunday of a year of the Gregorian calendar (the algorithm of Meeus, Jones and
/// Butcher).
Day easter(int year) {
    const int golden = year % 19;
    const int century = year / 100;
    const int of_century = year % 100;
    const int skipped = (century + 8) / 25;
    const int epact = (19 * golden + century - century / 4 - (century - skipped + 1) / 3 + 15) % 30;
    const int weekday =
        (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    const int shift = (golden + 11 * epact + 22 * weekday) / 451;
    const int number = epact + weekday - 7 * shift + 114;
    return std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(number / 31)) /
           std::chrono::day(static_cast<unsigned>(number % 31 + 1));
}

/// The file is the table: for each section its name, for each key its sentence, its default and
/// its value, in the table's order. `value_of` is the example's own value of a key.
BOOST_AUTO_TEST_SUITE(settings_example)

BOOST_AUTO_TEST_CASE(names_every_key_with_its_sentence_and_its_default) {
    const std::string text = example_text();
    std::string_view section;
    std::size_t place = 0;
    for (const Setting& setting : all_settings()) {
        std::string expected;
        if (setting.section != section) {
            section = setting.section;
            expected = "\n[" + std::string(section) + "]\n";
        }
        expected += "# " + std::string(setting.help) +
                    " Default: " + toml_text(setting.form, setting.default_text) + "\n" +
                    std::string(setting.key) + " = ";
        place = text.find(expected, place);
        BOOST_TEST_REQUIRE(place != std::string::npos, "expected here:\n" << expected);
        place += expected.size();
    }
}

BOOST_AUTO_TEST_CASE(has_no_other_key_and_loads) {
    const explained<Settings> settings =
        load_settings({.file = SettingsFile{"examples/belay.toml", example_text()},
                       .environment = {},
                       .flags = {}});
    BOOST_TEST(settings.has_value(), (settings ? std::string() : settings.error().what));
}

// The issue: the shipped example turns the contracts' numbers on, and changes nothing else.
BOOST_AUTO_TEST_CASE(differs_from_the_defaults_only_in_what_is_off_by_default) {
    const std::set<std::string> changed{"transfers.ispb",
                                        "transfers.operating_hours",
                                        "transfers.holidays",
                                        "transfers.daily_limit",
                                        "transfers.account_daily_limit",
                                        "transfers.account_daily_count",
                                        "transfers.monthly_limit",
                                        "rail.outcomes",
                                        "limits.enabled"};
    const std::string text = example_text();
    for (const Setting& setting : all_settings()) {
        const std::string key = std::string(setting.key) + " = ";
        const std::size_t section = text.find("\n[" + std::string(setting.section) + "]\n");
        const std::size_t value = text.find("\n" + key, section) + 1 + key.size();
        const std::string shown = toml_text(setting.form, setting.default_text);
        const bool is_default = text.compare(value, shown.size() + 1, shown + "\n") == 0;
        BOOST_TEST(is_default == !changed.contains(setting_name(setting)), setting_name(setting));
    }
}

BOOST_AUTO_TEST_CASE(turns_the_numbers_of_the_contracts_on) {
    const Settings settings = example_settings();
    BOOST_TEST((settings.transfers.operating_hours ==
                transfers::parse_operating_hours("06:30-17:00").value()));
    BOOST_TEST((settings.transfers.timezone == transfers::Zone{std::chrono::hours(-3)}));
    BOOST_TEST((settings.transfers.duplicate_window == std::chrono::seconds(300)));
    BOOST_TEST(settings.limits.enabled);
    const Rate usual{100, std::chrono::seconds(60)};
    const Rate of_creates{10, std::chrono::seconds(60)};
    BOOST_TEST((settings.limits.exports_create == of_creates));
    BOOST_TEST((settings.limits.exports_cancel == usual));
    BOOST_TEST((settings.limits.transfers_cancel == usual));
    BOOST_TEST((settings.limits.batches_create == Rate{25, std::chrono::seconds(1)}));
}

BOOST_AUTO_TEST_CASE(holidays_are_those_of_the_banks) {
    using std::chrono::days;
    using std::chrono::month_day;
    constexpr std::array<month_day, 9> fixed{{
        std::chrono::January / 1,
        std::chrono::April / 21,
        std::chrono::May / 1,
        std::chrono::September / 7,
        std::chrono::October / 12,
        std::chrono::November / 2,
        std::chrono::November / 15,
        std::chrono::November / 20,
        std::chrono::December / 25,
    }};
    std::vector<Day> expected;
    for (int year = 2026; year <= 2028; ++year) {
        for (const month_day each : fixed) {
            expected.push_back(std::chrono::year(year) / each.month() / each.day());
        }
        for (const days from_easter : {days(-48), days(-47), days(-2), days(60)}) {
            expected.push_back(easter(year) + from_easter);
        }
    }
    std::ranges::sort(expected);
    BOOST_TEST(format_day(easter(2026)) == "2026-04-05");
    BOOST_TEST((example_settings().transfers.holidays == expected));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
