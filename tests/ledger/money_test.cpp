#include "core/ledger/money.hpp"

#include <limits>

#include <boost/test/unit_test.hpp>

namespace belay::ledger {
namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

BOOST_AUTO_TEST_SUITE(money)

BOOST_AUTO_TEST_CASE(decimals_become_minor_units) {
    BOOST_TEST(parse_money("1002.00", 2).value().minor == 100'200);
    BOOST_TEST(parse_money("0.01", 2).value().minor == 1);
    BOOST_TEST(parse_money("7", 2).value().minor == 700);
    BOOST_TEST(parse_money("7.5", 2).value().minor == 750);
    BOOST_TEST(parse_money("7", 0).value().minor == 7);
    BOOST_TEST(parse_money("7.000", 0).value().minor == 7);
    BOOST_TEST(parse_money("1.2300000", 2).value().minor == 123);
    BOOST_TEST(parse_money("92233720368547758.07", 2).value().minor == most);
}

BOOST_AUTO_TEST_CASE(money_is_not_rounded) {
    for (const auto* text : {"0.001", "1.239", "0.0000000001"}) {
        BOOST_TEST((parse_money(text, 2).error() == Error::malformed), text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_amount_is_refused) {
    for (const auto* text :
         {"", ".", "1.", ".5", "-1", "+1", "1e2", "1,5", " 1", "1 ", "0x1", "1.2.3", "NaN"}) {
        BOOST_TEST((parse_money(text, 2).error() == Error::malformed), text);
    }
    BOOST_TEST((parse_money("92233720368547758.08", 2).error() == Error::too_large));
    BOOST_TEST((parse_money("99999999999999999999", 0).error() == Error::too_large));
}

BOOST_AUTO_TEST_CASE(text_and_back) {
    BOOST_TEST(format_money({100'200}, 2) == "1002.00");
    BOOST_TEST(format_money({1}, 2) == "0.01");
    BOOST_TEST(format_money({0}, 2) == "0.00");
    BOOST_TEST(format_money({-5}, 2) == "-0.05");
    BOOST_TEST(format_money({-12'345}, 0) == "-12345");
    BOOST_TEST(format_money({1}, 8) == "0.00000001");
    BOOST_TEST(format_money({least}, 2) == "-92233720368547758.08");
    for (const std::int64_t minor : {std::int64_t{1}, std::int64_t{99}, std::int64_t{100}, most}) {
        for (unsigned scale = 0; scale <= 8; ++scale) {
            BOOST_TEST(parse_money(format_money({minor}, scale), scale).value().minor == minor);
        }
    }
}

BOOST_AUTO_TEST_CASE(sums_that_do_not_fit_are_errors) {
    BOOST_TEST(add({2}, {3}).value().minor == 5);
    BOOST_TEST(subtract({2}, {3}).value().minor == -1);
    BOOST_TEST((add({most}, {1}).error() == Error::too_large));
    BOOST_TEST((subtract({least}, {1}).error() == Error::too_large));
}

BOOST_AUTO_TEST_CASE(assets) {
    BOOST_TEST(scale_of("BRL") == 2U);
    BOOST_TEST(scale_of("JPY") == 0U);
    BOOST_TEST(scale_of("BTC") == 8U);
    BOOST_TEST(is_asset_code("BRL"));
    BOOST_TEST(is_asset_code("USDC2"));
    for (const auto* text : {"", "brl", "2BRL", "BR L", "ABCDEFGHIJK"}) {
        BOOST_TEST(!is_asset_code(text), text);
    }
}

BOOST_AUTO_TEST_CASE(a_share_is_exact_or_none) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    BOOST_TEST(share_of({1000}, 50, 100)->minor == 500);
    BOOST_TEST(share_of({1000}, 50, 50)->minor == 250);
    BOOST_TEST(share_of({most}, 100, 100)->minor == most);
    BOOST_TEST(share_of({most}, 0, 100)->minor == 0);
    BOOST_TEST((share_of({1001}, 50, 100).error() == Error::malformed));
    BOOST_TEST((share_of({100}, 33, 33).error() == Error::malformed));
    BOOST_TEST(share_of({30'000}, 33, 33)->minor == 3267);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::ledger
