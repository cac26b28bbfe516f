#include "core/exports/decimal.hpp"

#include <algorithm>
#include <array>

namespace belay::exports {
namespace {

constexpr std::array<Uint128, Decimal::digits_max + 1> make_powers() {
    std::array<Uint128, Decimal::digits_max + 1> powers{};
    powers[0] = 1;
    for (std::size_t at = 1; at < powers.size(); ++at) {
        powers[at] = powers[at - 1] * 10;
    }
    return powers;
}

/// 10^38 is below 2^127, so a sum of two coefficients fits as well.
constexpr auto powers_of_ten = make_powers();
constexpr Uint128 coefficient_limit = powers_of_ten[Decimal::digits_max];

bool is_digit(char character) noexcept {
    return character >= '0' && character <= '9';
}

/// "" for zero.
std::string digits_of(Uint128 value) {
    std::string digits;
    for (; value != 0; value /= 10) {
        digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    }
    std::ranges::reverse(digits);
    return digits;
}

/// `digits` with a point before the last `scale` of them, and no zeros in front but one.
std::string with_point(std::string digits, std::size_t scale, bool is_negative) {
    if (digits.size() <= scale) {
        digits.insert(0, scale + 1 - digits.size(), '0');
    }
    if (scale > 0) {
        digits.insert(digits.size() - scale, 1, '.');
    }
    return is_negative ? "-" + digits : digits;
}

/// A number wide enough for the division of percent_of, whose divisor has at most 72 digits and
/// whose remainder is multiplied by 10.
class Wide {
  public:
    explicit Wide(Uint128 value) {
        for (std::size_t at = 0; at < 4; ++at) {
            words_[at] = static_cast<std::uint32_t>(value >> (32 * at));
        }
    }

    void multiply_add(std::uint32_t factor, std::uint32_t addend) {
        std::uint64_t carry = addend;
        for (std::uint32_t& word : words_) {
            carry += std::uint64_t{word} * factor;
            word = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
    }

    void subtract(const Wide& other) {
        std::uint64_t borrow = 0;
        for (std::size_t at = 0; at < words_.size(); ++at) {
            const std::uint64_t taken = std::uint64_t{other.words_[at]} + borrow;
            borrow = words_[at] < taken ? 1 : 0;
            words_[at] = static_cast<std::uint32_t>(words_[at] - taken);
        }
    }

    friend std::strong_ordering operator<=>(const Wide& left, const Wide& right) {
        return std::lexicographical_compare_three_way(left.words_.rbegin(), left.words_.rend(),
                                                      right.words_.rbegin(), right.words_.rend());
    }

  private:
    std::array<std::uint32_t, 8> words_{};  ///< lowest first
};

/// Adds one to a row of digits.
void increment(std::string& digits) {
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
        if (*digit != '9') {
            ++*digit;
            return;
        }
        *digit = '0';
    }
    digits.insert(0, 1, '1');
}

}  // namespace

result<Decimal> Decimal::parse(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    text.remove_prefix(is_negative ? 1 : 0);
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const bool has_point = point != std::string_view::npos;
    const std::string_view fraction = has_point ? text.substr(point + 1) : std::string_view();
    if (whole.empty() || fraction.empty() == has_point || !std::ranges::all_of(whole, is_digit) ||
        !std::ranges::all_of(fraction, is_digit)) {
        return Error::malformed;
    }
    if (fraction.size() > digits_max) {
        return Error::too_large;
    }
    Uint128 coefficient = 0;
    for (const std::string_view part : {whole, fraction}) {
        for (const char digit : part) {
            if (coefficient >= coefficient_limit / 10) {
                return Error::too_large;
            }
            coefficient = coefficient * 10 + static_cast<unsigned>(digit - '0');
        }
    }
    return Decimal(is_negative, coefficient, static_cast<unsigned>(fraction.size()));
}

std::string Decimal::text() const {
    return with_point(digits_of(coefficient_), scale_, is_negative_);
}

result<Uint128> Decimal::scaled_to(unsigned scale) const {
    const Uint128 factor = powers_of_ten[scale - scale_];
    if (coefficient_ > (coefficient_limit - 1) / factor) {
        return Error::too_large;
    }
    return coefficient_ * factor;
}

result<Decimal> add(const Decimal& left, const Decimal& right) {
    const unsigned scale = std::max(left.scale_, right.scale_);
    const auto left_scaled = left.scaled_to(scale);
    const auto right_scaled = right.scaled_to(scale);
    if (!left_scaled || !right_scaled) {
        return Error::too_large;
    }
    if (left.is_negative_ != right.is_negative_) {
        return *left_scaled >= *right_scaled
                   ? Decimal(left.is_negative_, *left_scaled - *right_scaled, scale)
                   : Decimal(right.is_negative_, *right_scaled - *left_scaled, scale);
    }
    const Uint128 sum = *left_scaled + *right_scaled;
    if (sum >= coefficient_limit) {
        return Error::too_large;
    }
    return Decimal(left.is_negative_, sum, scale);
}

result<Decimal> subtract(const Decimal& left, const Decimal& right) {
    return add(left, Decimal(!right.is_negative_, right.coefficient_, right.scale_));
}

std::strong_ordering operator<=>(const Decimal& left, const Decimal& right) {
    if (left.is_negative_ != right.is_negative_) {
        return left.is_negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    // Whole parts first, then the fractions brought to 38 decimals: neither can overflow.
    const auto parts_of = [](const Decimal& value) {
        const Uint128 unit = powers_of_ten[value.scale_];
        return std::pair(
            value.coefficient_ / unit,
            value.coefficient_ % unit * powers_of_ten[Decimal::digits_max - value.scale_]);
    };
    const auto left_parts = parts_of(left);
    const auto right_parts = parts_of(right);
    return left.is_negative_ ? right_parts <=> left_parts : left_parts <=> right_parts;
}

std::string percent_of(const Decimal& part, const Decimal& whole) {
    if (whole.is_zero()) {
        return {};
    }
    // In hundredths of a percent: part.coefficient × 10^zeros ÷ whole.coefficient, by hand.
    const int zeros = static_cast<int>(whole.scale_) + 4 - static_cast<int>(part.scale_);
    std::string dividend = digits_of(part.coefficient_);
    dividend.append(static_cast<std::size_t>(std::max(zeros, 0)), '0');
    Wide divisor(whole.coefficient_);
    for (int more = zeros; more < 0; ++more) {
        divisor.multiply_add(10, 0);
    }
    Wide remainder(0);
    std::string quotient;
    for (const char digit : dividend) {
        remainder.multiply_add(10, static_cast<std::uint32_t>(digit - '0'));
        char count = '0';
        for (; remainder >= divisor; ++count) {
            remainder.subtract(divisor);
        }
        if (count != '0' || !quotient.empty()) {
            quotient.push_back(count);
        }
    }
    remainder.multiply_add(2, 0);
    const bool is_odd = !quotient.empty() && (quotient.back() - '0') % 2 != 0;
    if (remainder > divisor || (!(remainder < divisor) && is_odd)) {
        increment(quotient);
    }
    const bool is_negative = part.is_negative_ != whole.is_negative_ && !quotient.empty();
    return with_point(std::move(quotient), 2, is_negative);
}

}  // namespace belay::exports
