// What a client has asked the price of and not confirmed yet: no money is on hold for it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/money.hpp"
#include "core/transfers/transfer.hpp"

namespace belay::transfers {

/// The texts are views of the bytes that it was read from, or of the caller's.
struct Initiation {
    job::TenantId tenant;
    job::Uuid ledger;
    Type type = Type::ted_out;
    job::Uuid sender_account;
    /// P2P: the account that the counterparty's names.
    job::Uuid recipient_account;
    Counterparty counterparty;
    ledger::Money amount;
    ledger::Money fee;
    std::string_view purpose;
    std::string_view description;
    /// A JSON object as it came, or empty.
    std::string_view metadata;
    WallTime expires{};
    /// The transfer that was made of it.
    std::optional<job::Uuid> transfer;

    friend bool operator==(const Initiation&, const Initiation&) = default;
};

void encode(const Initiation& initiation, std::string& to);
result<Initiation> decode_initiation(ByteSpan bytes);

/// The transfer that a confirmation makes, CREATED at `now`.
Transfer make_transfer(const Initiation& initiation, const job::Uuid& initiation_id, WallTime now);

/// Two initiations of which the second is refused while the first one's guard lasts: equal tenant,
/// sender, recipient and amount. The text that a fingerprint of is the guard's id.
void append_guard_text(const Initiation& initiation, std::string& to);

/// What stands between an initiation and its twin.
struct Guard {
    job::Uuid initiation;
    WallTime expires{};

    friend bool operator==(const Guard&, const Guard&) = default;
};

void encode(const Guard& guard, std::string& to);
result<Guard> decode_guard(ByteSpan bytes);

/// "20260201001": the local day, then the number of the transfer within it, three digits or more
/// (transfers.md 2.3).
std::string confirmation_number(Day day, std::uint64_t number);

/// Numbers of a day are given out by so many records, so that no two threads need the same one; a
/// record gives every so manieth number.
inline constexpr std::uint8_t sequence_stripes = 8;

/// The number that a stripe gives when it has given `given` before.
constexpr std::uint64_t sequence_number(std::uint64_t given, std::uint8_t stripe) noexcept {
    return given * sequence_stripes + stripe + 1;
}

}  // namespace belay::transfers
