// Money: whole minor units of an asset, never a binary float, never rounded.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace belay::ledger {

/// An amount in the minor units of some asset (centavos of BRL). May be negative: an account that
/// has no floor owes what it is below zero.
struct Money {
    std::int64_t minor = 0;

    friend auto operator<=>(const Money&, const Money&) = default;
};

/// Exact; Error::too_large if the sum is outside of 64 bits.
result<Money> add(Money left, Money right) noexcept;
result<Money> subtract(Money left, Money right) noexcept;

/// `percentage` hundredths of `of` hundredths of the value, each 0 to 100. Error::malformed if that
/// is no whole number of minor units: money is not rounded.
result<Money> share_of(Money value, unsigned percentage, unsigned of) noexcept;

/// "BRL": one to ten letters and digits in upper case, the first a letter.
bool is_asset_code(std::string_view code) noexcept;

/// Decimals of an asset: ISO 4217 where it names the code, 8 for BTC and ETH, else 2.
unsigned scale_of(std::string_view asset) noexcept;

/// Reads `digits(.digits)?` as an amount. Error::malformed for anything else, also for decimals
/// beyond the scale that are not zero: money is not rounded; Error::too_large beyond 64 bits.
result<Money> parse_money(std::string_view text, unsigned scale) noexcept;

/// "1002.00"; with scale 0 "1002".
std::string format_money(Money money, unsigned scale);

}  // namespace belay::ledger
