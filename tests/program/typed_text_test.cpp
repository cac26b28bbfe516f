#include "http/program/typed_text.hpp"

#include <boost/test/unit_test.hpp>

#include "http/program/settings_load.hpp"
#include "http/program/settings_table.hpp"

namespace belay::program {
namespace {

template <class Type>
Type good(std::string_view text) {
    Type read{};
    BOOST_TEST_REQUIRE(read_typed(text, read), text);
    return read;
}

template <class Type>
void check_bad(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) {
        BOOST_TEST(!fits<Type>(text), "\"" << text << "\" is taken");
    }
}

/// What is wrong with `line` of a section in a file.
std::string problem_of(std::string_view section, std::string_view line) {
    const auto settings = load_settings(
        {.file = SettingsFile{"f", "[" + std::string(section) + "]\n" + std::string(line) + "\n"},
         .environment = {},
         .flags = {}});
    BOOST_TEST_REQUIRE(settings.has_error(), line << " is taken");
    return settings.error().what;
}

BOOST_AUTO_TEST_SUITE(typed_text)

BOOST_AUTO_TEST_CASE(amounts) {
    BOOST_TEST(good<ledger::Money>("1002.00").minor == 100'200);
    BOOST_TEST(good<ledger::Money>("0").minor == 0);
    BOOST_TEST(good<ledger::Money>("0.5").minor == 50);
    BOOST_TEST(good<ledger::Money>("10000000000000.00").minor == 1'000'000'000'000'000);
    check_bad<ledger::Money>({"", "-1", "+1", "1.001", "1e3", "1,00", " 1", "10000000000000.01",
                              "99999999999999999999"});
}

BOOST_AUTO_TEST_CASE(rates) {
    BOOST_TEST((good<Rate>("100 per 60s") == Rate{100, std::chrono::seconds(60)}));
    BOOST_TEST((good<Rate>("1 per 24h") == Rate{1, std::chrono::hours(24)}));
    BOOST_TEST((good<Rate>("") == Rate{}));
    check_bad<Rate>({"100", "0 per 60s", "-1 per 60s", "1000001 per 60s", "1 per 999ms",
                     "1 per 25h", "1 per", "per 60s", "1  per 60s", "1 per  60s", "1/60s", " "});
}

BOOST_AUTO_TEST_CASE(outcomes_of_amounts) {
    BOOST_TEST(
        (good<AmountOutcome>("13.13=rejected") == AmountOutcome{{1313}, RailOutcome::rejected}));
    BOOST_TEST((good<AmountOutcome>("7=slow") == AmountOutcome{{700}, RailOutcome::slow}));
    check_bad<AmountOutcome>(
        {"", "13.13", "=rejected", "13.13=", "13.13=lost", "x=failed", "13.13=failed=failed"});
}

BOOST_AUTO_TEST_CASE(hours_zones_days_and_codes) {
    const auto hours = good<std::optional<transfers::OperatingHours>>("06:30-17:00");
    BOOST_TEST((hours->open == std::chrono::minutes(390)));
    BOOST_TEST(!good<std::optional<transfers::OperatingHours>>(""));
    check_bad<std::optional<transfers::OperatingHours>>({"17:00-06:30", "6:30-17:00", "always"});
    BOOST_TEST((good<transfers::Zone>("-03:00") == good<transfers::Zone>("America/Sao_Paulo")));
    check_bad<transfers::Zone>({"", "America/Nowhere"});
    BOOST_TEST(format_day(good<Day>("2028-02-29")) == "2028-02-29");
    check_bad<Day>({"", "2027-02-29", "29/02/2028"});
    BOOST_TEST(good<BankCode>("00000000").text == "00000000");
    BOOST_TEST(good<BankCode>("").text.empty());
    check_bad<BankCode>({"1234567", "123456789", "1234567x"});
    BOOST_TEST(!good<std::optional<job::Uuid>>(""));
    check_bad<std::optional<job::Uuid>>({"x"});
}

BOOST_AUTO_TEST_CASE(a_wrong_one_is_told_as_every_wrong_value) {
    BOOST_TEST(problem_of("transfers", "fee = 1") ==
               "f:2: transfers.fee = 1: expected an amount with at most two decimals, as "
               "\"1002.00\", up to 10 trillion, in quotes");
    BOOST_TEST(problem_of("transfers", "holidays = [\"2026-12-25\", \"2026-13-01\"]") ==
               "f:2: transfers.holidays = [ '2026-12-25', '2026-13-01' ]: expected texts divided "
               "by commas, in a file an array of texts; each a day, as \"2026-12-25\"");
    BOOST_TEST(problem_of("webhooks", "schedule = []").find("at least one") != std::string::npos);
    BOOST_TEST(problem_of("limits", "export_create = \"\"") ==
               "f:2: unknown key limits.export_create; did you mean limits.exports_create?");
    BOOST_TEST(problem_of("limits", "enabled = \"true\"") ==
               "f:2: limits.enabled = \"true\": expected true or false");
    BOOST_TEST(problem_of("rail", "outcome = \"slow\"").find("one of \"completed\"") !=
               std::string::npos);
    BOOST_TEST(problem_of("rail", "outcomes = [\"1.00=failed\", \"1=slow\"]") ==
               "rail.outcomes names 1.00 twice");
    BOOST_TEST(problem_of("ledger", "midaz_url = \"http://localhost:3000\"")
                   .starts_with("ledger.midaz_url needs transfers.ledger"));
}

BOOST_AUTO_TEST_CASE(lists_of_them_arrive) {
    const Settings settings =
        load_settings({.file = {},
                       .environment = {"BELAY_WEBHOOKS__SCHEDULE=0s,250ms,1m",
                                       "BELAY_RAIL__OUTCOMES=13.13=rejected,66.60=failed",
                                       "BELAY_TRANSFERS__HOLIDAYS=2026-12-25"},
                       .flags = {{"--set", "limits.transfers_cancel", "3 per 10s"},
                                 {"--set", "transfers.daily_limit", "1000.00"}}})
            .value();
    BOOST_TEST(
        (settings.webhooks.schedule ==
         std::vector<Milliseconds>{Milliseconds(0), Milliseconds(250), Milliseconds(60'000)}));
    BOOST_TEST(
        (settings.rail.outcomes == std::vector<AmountOutcome>{{{1313}, RailOutcome::rejected},
                                                              {{6660}, RailOutcome::failed}}));
    BOOST_TEST(settings.transfers.holidays.size() == 1U);
    BOOST_TEST((settings.limits.transfers_cancel == Rate{3, std::chrono::seconds(10)}));
    BOOST_TEST(settings.transfers.daily_limit.minor == 100'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
