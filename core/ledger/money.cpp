#include "core/ledger/money.hpp"

#include <algorithm>
#include <array>

#include "core/base/check.hpp"

namespace belay::ledger {
namespace {

struct ScaleOfAsset {
    std::string_view asset;
    unsigned scale;
};

// ISO 4217, the codes whose minor unit is not a hundredth.
constexpr std::array exceptional_scales{
    ScaleOfAsset{"BHD", 3}, ScaleOfAsset{"BIF", 0}, ScaleOfAsset{"BTC", 8}, ScaleOfAsset{"CLF", 4},
    ScaleOfAsset{"CLP", 0}, ScaleOfAsset{"DJF", 0}, ScaleOfAsset{"ETH", 8}, ScaleOfAsset{"GNF", 0},
    ScaleOfAsset{"IQD", 3}, ScaleOfAsset{"ISK", 0}, ScaleOfAsset{"JOD", 3}, ScaleOfAsset{"JPY", 0},
    ScaleOfAsset{"KMF", 0}, ScaleOfAsset{"KRW", 0}, ScaleOfAsset{"KWD", 3}, ScaleOfAsset{"LYD", 3},
    ScaleOfAsset{"OMR", 3}, ScaleOfAsset{"PYG", 0}, ScaleOfAsset{"RWF", 0}, ScaleOfAsset{"TND", 3},
    ScaleOfAsset{"UGX", 0}, ScaleOfAsset{"UYI", 0}, ScaleOfAsset{"UYW", 4}, ScaleOfAsset{"VND", 0},
    ScaleOfAsset{"VUV", 0}, ScaleOfAsset{"XAF", 0}, ScaleOfAsset{"XOF", 0}, ScaleOfAsset{"XPF", 0}};

constexpr unsigned usual_scale = 2;
constexpr std::size_t asset_code_max = 10;

constexpr bool is_digit(char character) noexcept {
    return character >= '0' && character <= '9';
}

/// minor × 10 + digit, unless that is beyond 64 bits.
bool append_digit(std::int64_t& minor, char digit) noexcept {
    return !__builtin_mul_overflow(minor, std::int64_t{10}, &minor) &&
           !__builtin_add_overflow(minor, std::int64_t{digit - '0'}, &minor);
}

}  // namespace

result<Money> add(Money left, Money right) noexcept {
    Money sum;
    if (__builtin_add_overflow(left.minor, right.minor, &sum.minor)) {
        return Error::too_large;
    }
    return sum;
}

result<Money> subtract(Money left, Money right) noexcept {
    Money difference;
    if (__builtin_sub_overflow(left.minor, right.minor, &difference.minor)) {
        return Error::too_large;
    }
    return difference;
}

result<Money> share_of(Money value, unsigned percentage, unsigned of) noexcept {
    check(value.minor >= 0 && percentage <= 100 && of <= 100, "a share is a part");
    // By quotient and remainder, so that no product leaves 64 bits.
    constexpr std::int64_t whole = 100 * 100;
    const std::int64_t part = std::int64_t{percentage} * of;
    const std::int64_t rest = value.minor % whole * part;
    if (rest % whole != 0) {
        return Error::malformed;
    }
    return Money{value.minor / whole * part + rest / whole};
}

bool is_asset_code(std::string_view code) noexcept {
    const auto is_letter = [](char character) { return character >= 'A' && character <= 'Z'; };
    return !code.empty() && code.size() <= asset_code_max && is_letter(code.front()) &&
           std::all_of(code.begin(), code.end(),
                       [&](char each) { return is_letter(each) || is_digit(each); });
}

unsigned scale_of(std::string_view asset) noexcept {
    const auto* const found =
        std::find_if(exceptional_scales.begin(), exceptional_scales.end(),
                     [&](const ScaleOfAsset& each) { return each.asset == asset; });
    return found == exceptional_scales.end() ? usual_scale : found->scale;
}

result<Money> parse_money(std::string_view text, unsigned scale) noexcept {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view decimals =
        point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    const bool has_digits = std::all_of(whole.begin(), whole.end(), is_digit) &&
                            std::all_of(decimals.begin(), decimals.end(), is_digit);
    if (whole.empty() || !has_digits || (point != std::string_view::npos && decimals.empty())) {
        return Error::malformed;
    }
    if (decimals.size() > scale &&
        decimals.substr(scale).find_first_not_of('0') != std::string_view::npos) {
        return Error::malformed;
    }
    Money money;
    bool fits = std::all_of(whole.begin(), whole.end(),
                            [&](char digit) { return append_digit(money.minor, digit); });
    for (unsigned at = 0; at < scale && fits; ++at) {
        fits = append_digit(money.minor, at < decimals.size() ? decimals[at] : '0');
    }
    if (!fits) {
        return Error::too_large;
    }
    return money;
}

std::string format_money(Money money, unsigned scale) {
    // Unsigned, so that the smallest number has a magnitude, too.
    const auto bits = static_cast<std::uint64_t>(money.minor);
    std::string digits = std::to_string(money.minor < 0 ? 0 - bits : bits);
    if (digits.size() <= scale) {
        digits.insert(0, scale + 1 - digits.size(), '0');
    }
    if (scale != 0) {
        digits.insert(digits.size() - scale, 1, '.');
    }
    return money.minor < 0 ? "-" + digits : digits;
}

}  // namespace belay::ledger
