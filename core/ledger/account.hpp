// Accounts of a ledger, and where their records stand.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/balance.hpp"

namespace belay::ledger {

// DO NOT CHANGE THESE NUMBERS: they stand on disk, in every record's name.
inline constexpr job::Kind ledger_kind{10};
inline constexpr job::Kind account_kind{11};
inline constexpr job::Kind alias_kind{12};
inline constexpr job::Kind balance_kind{13};
inline constexpr job::Kind transaction_kind{14};

/// Lists of job::ListId.
inline constexpr std::uint16_t ledgers_of_organization = 10;
inline constexpr std::uint16_t accounts_of_ledger = 11;
inline constexpr std::uint16_t transactions_of_ledger = 12;

/// Of an alias, a name, an asset's code.
inline constexpr std::size_t account_text_bytes_max = 256;

/// Never changes once it is made. The texts are views of the bytes that the account was read from,
/// or of the caller's.
struct Account {
    job::TenantId organization;
    job::Uuid ledger;
    std::string_view alias;
    std::string_view name;
    std::string_view asset;
    /// "deposit", "external", … as the caller called it.
    std::string_view type;
    WallTime created;

    friend bool operator==(const Account&, const Account&) = default;
};

/// "@external/BRL": the world outside of the ledger, where an inflow comes from and a settled
/// transfer goes.
bool is_external(std::string_view alias) noexcept;

/// External accounts owe; all others do not.
Floor floor_of(const Account& account) noexcept;

/// An account without a floor, which everybody touches, keeps its balance in so many records, that
/// no two threads need the same one (design 5); a read adds them up at one cut.
inline constexpr std::uint8_t stripes = 8;
static_assert(unfloored_max <= INT64_MAX / stripes, "the stripes of an account can be added up");

/// The record of a balance, or of one stripe of it; `stripe` is 0 for an account with a floor.
job::RecordId balance_id(const job::Uuid& account, std::uint8_t stripe) noexcept;

/// The record that says which account has this alias in the ledger: a fingerprint of both names it,
/// and its value holds both, to be compared.
using AliasFingerprint = std::array<std::byte, 32>;
job::RecordId alias_id(const AliasFingerprint& fingerprint) noexcept;

/// Never changes once it is made. The alias is a view, as an account's is.
struct AliasOwner {
    job::Uuid ledger;
    job::Uuid account;
    std::string_view alias;

    friend bool operator==(const AliasOwner&, const AliasOwner&) = default;
};

void encode(const Account& account, std::string& to);
result<Account> decode_account(ByteSpan bytes);

void encode(const AliasOwner& owner, std::string& to);
result<AliasOwner> decode_alias_owner(ByteSpan bytes);

}  // namespace belay::ledger
