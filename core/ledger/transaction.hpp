// A ledger transaction: what moves between which accounts, and how far it has come.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/balance.hpp"
#include "core/ledger/phase.hpp"

namespace belay::ledger {

/// So that the transaction, its balances, a transfer with its counters and an event fit one frame.
inline constexpr std::size_t legs_max = 8;
inline constexpr std::size_t transaction_text_bytes_max = 256;
inline constexpr std::size_t metadata_bytes_max = 8 * 1024;

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class Side : std::uint8_t { source = 1, destination = 2 };

/// One account's share.
struct Leg {
    Side side = Side::source;
    job::Uuid account;
    /// Which of the account's balance records it moves; 0 for an account with a floor.
    std::uint8_t stripe = 0;
    Money amount;
    /// Of the account; a view of the transaction's bytes.
    std::string_view alias;

    friend bool operator==(const Leg&, const Leg&) = default;
};

/// Who made a transaction, and so who may commit, cancel or revert it: that of a transfer moves
/// with the transfer only, or else a client could take the money from under it.
// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class Maker : std::uint8_t { program = 1, client = 2 };

/// The texts are views of the bytes that it was read from, or of the caller's.
struct Transaction {
    job::TenantId organization;
    job::Uuid ledger;
    Phase phase = Phase::absent;
    Maker maker = Maker::program;
    /// Whether it began with a hold.
    bool was_pending = false;
    /// Nil, or the one that this one reverts.
    job::Uuid parent;
    /// Nil, or the one that has reverted this one.
    job::Uuid reverted_by;
    Money value;
    std::string_view asset;
    std::string_view description;
    std::string_view chart_of_accounts_group;
    std::string_view code;
    std::string_view route;
    /// A JSON object as it came, or empty.
    std::string_view metadata;
    WallTime created;
    WallTime updated;
    std::array<Leg, legs_max> leg_storage{};
    std::size_t leg_count = 0;

    std::span<const Leg> legs() const noexcept { return std::span(leg_storage).first(leg_count); }

    /// False if it has legs_max already.
    bool add(const Leg& leg) noexcept;
};

/// Whether sources and destinations each add up to the value, every amount is above zero, and no
/// account stands on both sides.
bool is_sound(const Transaction& transaction) noexcept;

/// What an ask that the rules apply moves, one posting for each leg that moves, in the order of the
/// legs. A hold moves the sources only.
struct Postings {
    std::array<Posting, legs_max> storage{};
    std::array<std::size_t, legs_max> leg{};  ///< of each posting: its place in legs()
    std::size_t count = 0;

    std::span<const Posting> all() const noexcept { return std::span(storage).first(count); }
};

Postings postings_of(const Transaction& transaction, Ask ask) noexcept;

void encode(const Transaction& transaction, std::string& to);
result<Transaction> decode_transaction(ByteSpan bytes);

}  // namespace belay::ledger
