// What of the transfers' rules is a setting.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/job/ids.hpp"
#include "core/ledger/money.hpp"
#include "core/transfers/hours.hpp"
#include "core/transfers/usage.hpp"

namespace belay::transfers {

struct Settings {
    /// That transfers draw on; unset: an organization's own.
    std::optional<job::Uuid> ledger{};
    /// The institution's own bank code: a transfer to it stays within the ledger (P2P). Empty:
    /// none does.
    std::string ispb{};
    Calendar calendar{std::nullopt, {}, {}};
    Limits limits{};
    ledger::Money fee{};
    /// Zero: no guard.
    Milliseconds duplicate_window = std::chrono::minutes(5);
    Milliseconds initiation_window = std::chrono::hours(24);
    /// From a confirmation to the end that is to be expected.
    Milliseconds usual_time{};
    /// Organizations that may not transfer.
    std::vector<job::TenantId> unlicensed{};

    bool is_licensed(const job::TenantId& tenant) const noexcept {
        return std::find(unlicensed.begin(), unlicensed.end(), tenant) == unlicensed.end();
    }

    bool has_limits() const noexcept {
        return std::any_of(limits.of.begin(), limits.of.end(),
                           [](const Limit& limit) { return limit.is_set(); });
    }
};

}  // namespace belay::transfers
