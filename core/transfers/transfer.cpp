#include "core/transfers/transfer.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::transfers {
namespace {

// Layout 1: u8 layout, u8 type, u8 phase, u8 flags (1: a day of the limits follows, 2: the money is
// another ledger's, 4: an intent follows); 16 each: tenant, ledger, initiation, sender account,
// recipient account, ledger transaction; i64 amount, i64 fee, i64 updated, [i32 day]; the texts,
// each a u32 length and its bytes; u8 number of history entries, each u8 phase, i64 time, reason;
// [u8 ask, i64 since, reason]. Days count from 1970-01-01, times are milliseconds from it.
constexpr std::uint8_t layout = 1;

constexpr std::uint8_t flag_counted = 1;
constexpr std::uint8_t flag_external = 2;
constexpr std::uint8_t flag_intent = 4;

std::uint8_t flags_of(const Transfer& transfer) {
    return static_cast<std::uint8_t>((transfer.counted_on ? flag_counted : 0) |
                                     (transfer.is_external ? flag_external : 0) |
                                     (transfer.intent ? flag_intent : 0));
}

/// Only what belay's own ledger does not do has to be waited for.
bool are_flags(std::uint8_t flags) {
    return flags < 2 * flag_intent && ((flags & flag_intent) == 0 || (flags & flag_external) != 0);
}

/// Every text of a transfer, in the order in which they stand on disk.
template <class Of, class Each>
void for_each_text(Of& transfer, Each each) {
    each(transfer.counterparty.ispb);
    each(transfer.counterparty.branch);
    each(transfer.counterparty.account);
    each(transfer.counterparty.account_type);
    each(transfer.counterparty.holder_name);
    each(transfer.counterparty.holder_document);
    each(transfer.confirmation_number);
    each(transfer.control_number);
    each(transfer.purpose);
    each(transfer.description);
    each(transfer.metadata);
}

bool is_phase(std::uint8_t number) {
    return number > 0 && number < Rules::phases;
}

bool take_intent(ByteReader& reader, Transfer& transfer) {
    const auto ask = reader.integer<std::uint8_t>();
    if (ask >= Rules::asks) {
        return false;
    }
    Intent& intent = transfer.intent.emplace();
    intent.ask = static_cast<Ask>(ask);
    intent.since = take_time(reader);
    intent.reason = reader.text();
    return true;
}

bool take_history(ByteReader& reader, Transfer& transfer) {
    const auto entries = reader.integer<std::uint8_t>();
    if (entries > history_max) {
        return false;
    }
    for (; transfer.history_count < entries; ++transfer.history_count) {
        const auto phase = reader.integer<std::uint8_t>();
        if (!is_phase(phase)) {
            return false;
        }
        HistoryEntry& entry = transfer.history_storage[transfer.history_count];
        entry.phase = static_cast<Phase>(phase);
        entry.time = take_time(reader);
        entry.reason = reader.text();
    }
    return true;
}

}  // namespace

void Transfer::enter(Phase next, WallTime time, std::string_view reason) {
    check(history_count < history_max, "no path is longer than a history");
    phase = next;
    updated = time;
    history_storage[history_count] = {next, time, reason};
    ++history_count;
}

std::optional<WallTime> Transfer::entered(Phase in) const noexcept {
    const auto entries = history();
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const HistoryEntry& entry) { return entry.phase == in; });
    return found == entries.end() ? std::nullopt : std::optional(found->time);
}

ledger::Money total_of(const Transfer& transfer) noexcept {
    return add(transfer.amount, transfer.fee).value();
}

void encode(const Transfer& transfer, std::string& to) {
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(transfer.type));
    writer.integer(static_cast<std::uint8_t>(transfer.phase));
    writer.integer(flags_of(transfer));
    for (const job::Uuid& id :
         {transfer.tenant, transfer.ledger, transfer.initiation, transfer.sender_account,
          transfer.recipient_account, transfer.ledger_transaction}) {
        writer.bytes(id.bytes());
    }
    writer.integer(transfer.amount.minor);
    writer.integer(transfer.fee.minor);
    put_time(writer, transfer.updated);
    if (transfer.counted_on) {
        writer.integer(static_cast<std::int32_t>(transfer.counted_on->time_since_epoch().count()));
    }
    for_each_text(transfer, [&](std::string_view text) { writer.text(text); });
    writer.integer(static_cast<std::uint8_t>(transfer.history_count));
    for (const HistoryEntry& entry : transfer.history()) {
        writer.integer(static_cast<std::uint8_t>(entry.phase));
        put_time(writer, entry.time);
        writer.text(entry.reason);
    }
    if (transfer.intent) {
        writer.integer(static_cast<std::uint8_t>(transfer.intent->ask));
        put_time(writer, transfer.intent->since);
        writer.text(transfer.intent->reason);
    }
}

result<Transfer> decode_transfer(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto type = reader.integer<std::uint8_t>();
    const auto phase = reader.integer<std::uint8_t>();
    const auto flags = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || type < 1 || type > 3 || !is_phase(phase) ||
        !are_flags(flags)) {
        return Error::corrupt;
    }
    Transfer transfer;
    transfer.type = static_cast<Type>(type);
    transfer.phase = static_cast<Phase>(phase);
    for (job::Uuid* id :
         {&transfer.tenant, &transfer.ledger, &transfer.initiation, &transfer.sender_account,
          &transfer.recipient_account, &transfer.ledger_transaction}) {
        *id = reader.octets<job::Uuid>();
    }
    transfer.amount.minor = reader.integer<std::int64_t>();
    transfer.fee.minor = reader.integer<std::int64_t>();
    transfer.updated = take_time(reader);
    transfer.is_external = (flags & flag_external) != 0;
    if ((flags & flag_counted) != 0) {
        transfer.counted_on = Day(std::chrono::days(reader.integer<std::int32_t>()));
    }
    for_each_text(transfer, [&](std::string_view& text) { text = reader.text(); });
    if (!take_history(reader, transfer) ||
        ((flags & flag_intent) != 0 && !take_intent(reader, transfer)) || !reader.ok() ||
        reader.left() != 0 || !add(transfer.amount, transfer.fee)) {
        return Error::corrupt;
    }
    return transfer;
}

}  // namespace belay::transfers
