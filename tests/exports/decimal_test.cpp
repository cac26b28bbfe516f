// Decimals against a model that calculates with rows of digits, slowly.
#include "core/exports/decimal.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "core/world/entropy.hpp"

namespace belay::exports {
namespace {

std::string text_of(std::string_view text) {
    const auto value = Decimal::parse(text);
    return value ? value->text() : value.error().message();
}

/// A whole number of any size: sign and digits, lowest first.
struct Whole {
    bool is_negative = false;
    std::vector<int> digits;

    bool is_zero() const {
        return std::ranges::all_of(digits, [](int digit) { return digit == 0; });
    }
};

void trim(Whole& value) {
    while (!value.digits.empty() && value.digits.back() == 0) {
        value.digits.pop_back();
    }
    value.is_negative = value.is_negative && !value.digits.empty();
}

int compare_sizes(const Whole& left, const Whole& right) {
    if (left.digits.size() != right.digits.size()) {
        return left.digits.size() < right.digits.size() ? -1 : 1;
    }
    for (std::size_t at = left.digits.size(); at-- > 0;) {
        if (left.digits[at] != right.digits[at]) {
            return left.digits[at] < right.digits[at] ? -1 : 1;
        }
    }
    return 0;
}

Whole add_up(Whole left, Whole right) {
    trim(left);
    trim(right);
    if (left.is_negative != right.is_negative && compare_sizes(left, right) < 0) {
        std::swap(left, right);
    }
    const int sign = left.is_negative == right.is_negative ? 1 : -1;
    left.digits.resize(std::max(left.digits.size(), right.digits.size()) + 1);
    int carry = 0;
    for (std::size_t at = 0; at < left.digits.size(); ++at) {
        const int other = at < right.digits.size() ? right.digits[at] : 0;
        const int sum = left.digits[at] + sign * other + carry + 10;
        left.digits[at] = sum % 10;
        carry = sum / 10 - 1;
    }
    trim(left);
    return left;
}

/// The digits of a decimal's text as a whole number of `scale` decimals.
Whole whole_of(std::string_view text, std::size_t scale) {
    Whole value;
    value.is_negative = text.starts_with('-');
    text.remove_prefix(value.is_negative ? 1 : 0);
    const std::size_t point = text.find('.');
    const std::size_t decimals = point == std::string_view::npos ? 0 : text.size() - point - 1;
    value.digits.assign(scale - decimals, 0);
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit) {
        if (*digit != '.') {
            value.digits.push_back(*digit - '0');
        }
    }
    trim(value);
    return value;
}

std::string text_of(const Whole& value, std::size_t scale) {
    std::string text;
    for (std::size_t at = 0; at < std::max(value.digits.size(), scale + 1); ++at) {
        text += static_cast<char>('0' + (at < value.digits.size() ? value.digits[at] : 0));
        if (at + 1 == scale) {
            text += '.';
        }
    }
    text += value.is_negative ? "-" : "";
    std::ranges::reverse(text);
    return text;
}

std::size_t scale_of(std::string_view text) {
    const std::size_t point = text.find('.');
    return point == std::string_view::npos ? 0 : text.size() - point - 1;
}

/// The rule, stated over multiples instead of by division: of the hundredths of a percent around
/// the quotient, the nearest, and of two as near the even one.
bool is_nearest_percent(std::string_view percent, std::string_view part, std::string_view whole) {
    // |percent × whole - 10000 × part| compared with half of |whole|, all as whole numbers.
    constexpr std::size_t scale = 38;
    Whole quotient = whole_of(percent, 2);
    Whole divisor = whole_of(whole, scale);
    const bool is_odd = !quotient.digits.empty() && quotient.digits[0] % 2 != 0;
    Whole product;
    for (std::size_t at = 0; at < quotient.digits.size(); ++at) {
        Whole shifted = divisor;
        shifted.digits.insert(shifted.digits.begin(), at, 0);
        for (int count = 0; count < quotient.digits[at]; ++count) {
            product = add_up(product, shifted);
        }
    }
    if (quotient.is_negative && !product.digits.empty()) {
        product.is_negative = !product.is_negative;
    }
    Whole target = whole_of(part, scale);
    target.digits.insert(target.digits.begin(), 4, 0);
    trim(target);
    target.is_negative = !target.is_negative && !target.digits.empty();
    Whole twice = add_up(product, target);
    twice = add_up(twice, twice);
    const int order = compare_sizes(twice, divisor);
    return order < 0 || (order == 0 && !is_odd);
}

std::string random_text(world::Entropy& entropy, std::size_t digits_max) {
    const std::size_t digits = 1 + entropy.number() % digits_max;
    const std::size_t decimals = entropy.number() % 3 == 0 ? 0 : entropy.number() % digits;
    std::string text = entropy.number() % 2 == 0 ? "-" : "";
    for (std::size_t at = 0; at < digits; ++at) {
        if (at > 0 && digits - at == decimals) {
            text += '.';
        }
        const bool is_edge = entropy.number() % 4 == 0;
        text +=
            is_edge ? "09"[entropy.number() % 2] : static_cast<char>('0' + entropy.number() % 10);
    }
    return text;
}

BOOST_AUTO_TEST_SUITE(decimal)

BOOST_AUTO_TEST_CASE(one_text_for_a_value_and_its_decimals) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.00", "0.00"},
        {"007.50", "7.50"},
        {"1.50", "1.50"},
        {"-12.5", "-12.5"},
        {"0.05", "0.05"},
        {"000", "0"},
        {"123456789012345678901234567890.12345678", "123456789012345678901234567890.12345678"},
        {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
        {"0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"},
        {"00000000000000000000000000000000000000000000001", "1"},
    };
    for (const auto& [text, expected] : cases) {
        BOOST_TEST(text_of(text) == expected);
    }
}

BOOST_AUTO_TEST_CASE(anything_else_is_malformed_or_too_large) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {""sv, "-"sv, "."sv, "1."sv, ".5"sv, "-.5"sv, "+1"sv, "1e3"sv, "1,5"sv, " 1"sv, "1 "sv,
          "--1"sv, "1.2.3"sv, "0x1"sv, "NaN"sv, "Infinity"sv, "1_000"sv, "1\0"sv, "\xd9\xa1"sv}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST((Decimal::parse(text).error() == Error::malformed));
        }
    }
    for (const std::string_view text :
         {"100000000000000000000000000000000000000"sv, "10000000000000000000.0000000000000000000"sv,
          "0.000000000000000000000000000000000000001"sv}) {
        BOOST_TEST((Decimal::parse(text).error() == Error::too_large));
    }
}

BOOST_AUTO_TEST_CASE(values_compare_by_value) {
    const std::string_view rising[] = {"-99999999999999999999999999999999999999",
                                       "-1.5",
                                       "-1",
                                       "-0.00000000000000000000000000000000000001",
                                       "0",
                                       "0.00000000000000000000000000000000000001",
                                       "0.1",
                                       "1",
                                       "1.49",
                                       "1.5",
                                       "99999999999999999999999999999999999999"};
    for (std::size_t left = 0; left < std::size(rising); ++left) {
        for (std::size_t right = 0; right < std::size(rising); ++right) {
            const auto order =
                Decimal::parse(rising[left]).value() <=> Decimal::parse(rising[right]).value();
            BOOST_TEST((order == (left <=> right)));
        }
    }
    BOOST_TEST((Decimal::parse("1.5").value() == Decimal::parse("1.500").value()));
    BOOST_TEST((Decimal::parse("-0").value() == Decimal()));
}

BOOST_AUTO_TEST_CASE(sums_agree_with_the_model_or_overflow_where_it_says) {
    const std::uint64_t seed = 20261122;
    BOOST_TEST_MESSAGE("seed " << seed);
    world::SeededEntropy entropy(seed);
    for (int round = 0; round < 20'000; ++round) {
        const std::size_t digits_max = round % 2 == 0 ? 38 : 19;
        const std::string left = random_text(entropy, digits_max);
        const std::string right = random_text(entropy, digits_max);
        const auto one = Decimal::parse(left).value();
        const auto other = Decimal::parse(right).value();
        const std::size_t scale = std::max(scale_of(left), scale_of(right));
        Whole negated = whole_of(right, scale);
        negated.is_negative = !negated.is_negative && !negated.is_zero();
        const std::pair<result<Decimal>, Whole> both[] = {
            {add(one, other), add_up(whole_of(left, scale), whole_of(right, scale))},
            {subtract(one, other), add_up(whole_of(left, scale), negated)}};
        const bool fits_aligned =
            whole_of(left, scale).digits.size() <= 38 && whole_of(right, scale).digits.size() <= 38;
        for (const auto& [sum, model] : both) {
            BOOST_TEST_CONTEXT(left << " and " << right) {
                if (fits_aligned && model.digits.size() <= 38) {
                    BOOST_REQUIRE(sum.has_value());
                    BOOST_TEST(sum->text() == text_of(model, scale));
                } else {
                    BOOST_TEST((sum.error() == Error::too_large));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(percents_have_two_decimals_half_to_even) {
    const auto percent = [](std::string_view part, std::string_view whole) {
        return percent_of(Decimal::parse(part).value(), Decimal::parse(whole).value());
    };
    const std::tuple<std::string_view, std::string_view, std::string_view> cases[] = {
        {"1", "3", "33.33"},
        {"2", "3", "66.67"},
        {"-1", "3", "-33.33"},
        {"1", "-3", "-33.33"},
        {"-1", "-3", "33.33"},
        {"0", "7", "0.00"},
        {"1", "0", ""},
        {"0", "0.00", ""},
        {"5", "5", "100.00"},
        {"0.00005", "1", "0.00"},
        {"0.00015", "1", "0.02"},
        {"0.00025", "1", "0.02"},
        {"0.00035", "1", "0.04"},
        {"-0.00005", "1", "0.00"},
        {"0.000051", "1", "0.01"},
        {"-0.00015", "1", "-0.02"},
        {"0.99995", "1", "100.00"},
        {"0.99985", "1", "99.98"},
        {"1.25", "0.50", "250.00"},
        {"0.00000000000000000000000000000000000001", "99999999999999999999999999999999999999",
         "0.00"},
    };
    const std::string most(38, '9');
    BOOST_TEST(percent(most, "0." + std::string(37, '0') + "1") ==
               most + std::string(40, '0') + ".00");
    for (const auto& [part, whole, expected] : cases) {
        BOOST_TEST_CONTEXT(part << " of " << whole) {
            BOOST_TEST(percent(part, whole) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(percents_are_the_nearest_by_multiplication) {
    const std::uint64_t seed = 7;
    BOOST_TEST_MESSAGE("seed " << seed);
    world::SeededEntropy entropy(seed);
    for (int round = 0; round < 3'000; ++round) {
        const std::size_t digits_max = round % 3 == 0 ? 38 : 6;
        const std::string part = random_text(entropy, digits_max);
        const std::string whole = random_text(entropy, digits_max);
        const auto divisor = Decimal::parse(whole).value();
        if (divisor.is_zero()) {
            continue;
        }
        const std::string percent = percent_of(Decimal::parse(part).value(), divisor);
        BOOST_TEST_CONTEXT(part << " of " << whole << " is " << percent) {
            BOOST_TEST(is_nearest_percent(percent, part, whole));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
