// What an account has: available money and money on hold, and the five ways in which it moves.
//
// A transaction moves several balances at once, in one log record; over all of them the moves of an
// asset add up to zero, so the sum over all accounts of a ledger is zero at every cut.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/money.hpp"

namespace belay::ledger {

struct Balance {
    Money available;
    Money on_hold;
    /// Counts the moves; 0 for a balance that has never moved.
    std::uint64_t version = 0;
    /// When it moved last; who logs the move sets it.
    WallTime updated{};

    friend bool operator==(const Balance&, const Balance&) = default;
};

// DO NOT CHANGE THESE NUMBERS: they stand on disk, in the operations of a transaction.
enum class Move : std::uint8_t {
    hold = 1,     ///< available -> on hold
    release = 2,  ///< on hold -> available
    settle = 3,   ///< on hold -> out of the account
    debit = 4,    ///< available -> out of the account
    credit = 5,   ///< into available
};

/// Whether an account may owe: the world outside of the ledger does, a customer does not.
enum class Floor : std::uint8_t { zero, none };

enum class MoveFault : std::uint8_t {
    none,
    insufficient_funds,  ///< available would fall below the floor
    not_held,            ///< less is on hold than is to be released or settled
    too_large,           ///< beyond what 64 bits of minor units hold
};

/// What one record of a balance without a floor may come to, either way: so far that the eight
/// stripes of an account (account.hpp) add up within 64 bits, and with them all that the accounts
/// inside of the ledger can ever have.
inline constexpr std::int64_t unfloored_max = INT64_MAX / 8;

struct Moved {
    MoveFault fault = MoveFault::none;
    /// What the balance becomes; as it was if there is a fault.
    Balance balance;
};

/// `amount` is above zero (checked).
Moved apply(const Balance& balance, Move move, Money amount, Floor floor) noexcept;

/// What the move adds to the sum over all accounts: out of an account is negative, hold and release
/// are zero.
Money effect_of(Move move, Money amount) noexcept;

/// One account's part of a transaction.
struct Posting {
    job::Uuid account;
    Move move = Move::debit;
    Money amount;

    friend bool operator==(const Posting&, const Posting&) = default;
};

/// Whether the postings, of one asset, add up to zero.
bool is_balanced(std::span<const Posting> postings) noexcept;

/// The record's bytes.
void encode(const Balance& balance, std::string& to);
result<Balance> decode_balance(ByteSpan bytes);

}  // namespace belay::ledger
