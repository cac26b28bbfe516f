// A transfer as a value, and the bytes of its record.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/money.hpp"
#include "core/transfers/phase.hpp"

namespace belay::transfers {

// DO NOT CHANGE THESE NUMBERS: they stand on disk, in every record's name.
inline constexpr job::Kind initiation_kind{20};
inline constexpr job::Kind transfer_kind{21};
inline constexpr job::Kind usage_kind{22};
inline constexpr job::Kind guard_kind{23};
inline constexpr job::Kind sequence_kind{24};

/// The list of job::ListId that all transfers of a tenant are in.
inline constexpr std::uint16_t transfers_of_tenant = 20;

inline constexpr std::size_t description_characters_max = 140;
inline constexpr std::size_t reason_characters_max = 500;
inline constexpr std::size_t number_bytes_max = 20;  ///< confirmation and control numbers
inline constexpr std::size_t name_bytes_max = 512;   ///< a holder's name
inline constexpr std::size_t metadata_bytes_max = 8 * 1024;

/// The asset of all transfers.
inline constexpr std::string_view asset = "BRL";

/// Where the money goes, or for TED_IN comes from. Views of the bytes that it was read from.
struct Counterparty {
    std::string_view ispb;
    std::string_view branch;
    std::string_view account;
    std::string_view account_type;
    std::string_view holder_name;
    std::string_view holder_document;

    friend bool operator==(const Counterparty&, const Counterparty&) = default;
};

struct HistoryEntry {
    Phase phase = Phase::absent;
    WallTime time{};
    std::string_view reason;

    friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

/// What is asked of a ledger that is not belay's own and is not known to be done. It is logged
/// before it is asked, so that whoever comes after a crash asks on; the transfer itself moves when
/// the ledger has confirmed.
struct Intent {
    Ask ask = Ask::process;
    WallTime since{};
    /// Of the ask; becomes the history's.
    std::string_view reason;

    friend bool operator==(const Intent&, const Intent&) = default;
};

/// The longest path has four phases; a chargeback adds one.
inline constexpr std::size_t history_max = 5;

/// The texts are views of the bytes that it was read from, or of the caller's.
struct Transfer {
    job::TenantId tenant;
    job::Uuid ledger;
    Type type = Type::ted_out;
    Phase phase = Phase::absent;
    job::Uuid initiation;
    /// TED_OUT, P2P: whose money is on hold.
    job::Uuid sender_account;
    /// P2P, TED_IN: who gets it.
    job::Uuid recipient_account;
    Counterparty counterparty;
    ledger::Money amount;
    ledger::Money fee;
    job::Uuid ledger_transaction;
    std::string_view confirmation_number;
    std::string_view control_number;
    std::string_view purpose;
    std::string_view description;
    /// A JSON object as it came, or empty.
    std::string_view metadata;
    WallTime updated{};
    /// The local day on which it was counted against limits, if it was.
    std::optional<Day> counted_on;
    std::array<HistoryEntry, history_max> history_storage{};
    std::size_t history_count = 0;
    /// Its money is held by another ledger (http/drive/midaz): only then may it have an intent.
    bool is_external = false;
    std::optional<Intent> intent;

    std::span<const HistoryEntry> history() const noexcept {
        return std::span(history_storage).first(history_count);
    }

    /// False as long as it is not known whether its money could be put on hold: such a transfer
    /// is not there for anybody but the one who finds that out.
    bool is_visible() const noexcept { return !intent || intent->ask != Ask::process; }

    /// Into the phase, at that time.
    void enter(Phase next, WallTime time, std::string_view reason);

    /// When it came into the phase; nullopt if it never was there.
    std::optional<WallTime> entered(Phase in) const noexcept;
};

/// Amount and fee: what is on hold. Both come from a checked initiation, so this cannot overflow.
ledger::Money total_of(const Transfer& transfer) noexcept;

void encode(const Transfer& transfer, std::string& to);
result<Transfer> decode_transfer(ByteSpan bytes);

}  // namespace belay::transfers
