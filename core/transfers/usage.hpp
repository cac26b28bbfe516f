// Limits by amount and count, a day and a month, of a tenant and of an account (transfers.md 2.5).
//
// What has been used up stands in one record for each scope and period; it moves in the transition
// of the transfer that uses it, so two racing transfers cannot both take the last of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/ledger/money.hpp"

namespace belay::transfers {

/// Nothing set: no limit.
struct Limit {
    std::optional<ledger::Money> amount{};
    std::optional<std::uint64_t> count{};

    bool is_set() const noexcept { return amount || count; }
};

enum class Scope : std::uint8_t { tenant_day, tenant_month, account_day, account_month };
inline constexpr std::size_t scope_count = 4;

struct Limits {
    std::array<Limit, scope_count> of;

    const Limit& operator[](Scope scope) const noexcept {
        return of[static_cast<std::size_t>(scope)];
    }
    Limit& operator[](Scope scope) noexcept { return of[static_cast<std::size_t>(scope)]; }
};

/// What was used of one scope in one period.
struct Usage {
    ledger::Money amount;
    std::uint64_t count = 0;
    /// Of the period (last_day_of): when it is long over, the record goes.
    Day last{};

    friend bool operator==(const Usage&, const Usage&) = default;
};

/// The number of the period in which the local day lies: of days for the days, of months (year × 12
/// + month) for the months.
std::int32_t period_of(Scope scope, Day day) noexcept;

/// The last local day of the period in which `day` lies.
Day last_day_of(Scope scope, Day day) noexcept;

/// The usage with one more transfer; Error::exhausted if that is over the limit.
result<Usage> use(const Usage& usage, const Limit& limit, ledger::Money amount) noexcept;

/// The usage without a transfer that was counted.
Usage give_back(const Usage& usage, ledger::Money amount) noexcept;

void encode(const Usage& usage, std::string& to);
result<Usage> decode_usage(ByteSpan bytes);

}  // namespace belay::transfers
