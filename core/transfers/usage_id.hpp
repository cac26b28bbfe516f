// Where the counters of limits stand.
#pragma once

#include <cstdint>

#include "core/job/ids.hpp"
#include "core/transfers/transfer.hpp"
#include "core/transfers/usage.hpp"

namespace belay::transfers {

/// The record that counts what was used of a scope in a period (period_of). `account` is looked at
/// for the scopes of an account only.
///
/// The id is a 128-bit mix of scope, period, tenant and account, without cryptography: no caller
/// can choose any of them. A tenant is what the operator's token says, an account's id is made at
/// random by the ledger, and the period is the calendar's. Two counters that differ have the same
/// id no more often than two random ids are equal.
job::RecordId usage_id(Scope scope, const job::TenantId& tenant, const job::Uuid& account,
                       std::int32_t period) noexcept;

}  // namespace belay::transfers
