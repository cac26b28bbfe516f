// Exact decimal numbers for amounts. No binary floating point anywhere: what was uploaded as 0.1 is
// summed as one tenth.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace belay::exports {

__extension__ using Uint128 = unsigned __int128;

/// A sign, at most 38 digits and how many of them are decimals. The number of decimals is kept:
/// 1.50 is written 1.50, and 1.5 + 0.25 is 1.75. Values compare by value: 1.5 == 1.50.
class Decimal {
  public:
    static constexpr unsigned digits_max = 38;
    /// Of a text form: sign, point and a zero before it.
    static constexpr std::size_t text_bytes_max = digits_max + 3;

    Decimal() = default;  ///< 0

    /// Reads exactly `-?digits(.digits)?`; zeros in front do not count as digits. Error::malformed
    /// for anything else, Error::too_large for more than 38 digits.
    static result<Decimal> parse(std::string_view text);

    /// The one text of this value with this number of decimals: no "+", no zeros in front but one
    /// before the point, no "-0".
    std::string text() const;

    bool is_zero() const noexcept { return coefficient_ == 0; }

    /// Exact, with the decimals of the one that has more; Error::too_large if that needs more than
    /// 38 digits.
    friend result<Decimal> add(const Decimal& left, const Decimal& right);
    friend result<Decimal> subtract(const Decimal& left, const Decimal& right);

    friend std::strong_ordering operator<=>(const Decimal& left, const Decimal& right);
    friend bool operator==(const Decimal& left, const Decimal& right) {
        return (left <=> right) == std::strong_ordering::equal;
    }

    /// 100 × part ÷ whole with two decimals, ties to the even neighbour; empty if `whole` is zero.
    /// Any size: the text is as long as it needs to be.
    friend std::string percent_of(const Decimal& part, const Decimal& whole);

  private:
    Decimal(bool is_negative, Uint128 coefficient, unsigned scale) noexcept
        : coefficient_(coefficient), scale_(scale), is_negative_(is_negative && coefficient != 0) {}

    /// The coefficient with `scale` decimals, at least as many as now.
    result<Uint128> scaled_to(unsigned scale) const;

    Uint128 coefficient_ = 0;  ///< below 10^38
    unsigned scale_ = 0;       ///< at most 38
    bool is_negative_ = false;
};

result<Decimal> add(const Decimal& left, const Decimal& right);
result<Decimal> subtract(const Decimal& left, const Decimal& right);
std::string percent_of(const Decimal& part, const Decimal& whole);

}  // namespace belay::exports
