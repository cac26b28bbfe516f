#include "core/transfers/initiation.hpp"

#include "core/base/stored_time.hpp"

namespace belay::transfers {
namespace {

// Layout 1 of an initiation: u8 layout, u8 type, u8 whether a transfer follows; 16 each: tenant,
// ledger, sender account, recipient account, [transfer]; i64 amount, i64 fee, i64 expires; the
// texts, each a u32 length and its bytes.
constexpr std::uint8_t layout = 1;

// Layout 1 of a guard: u8 layout, 16 initiation, i64 expires.
constexpr std::uint8_t guard_layout = 1;

template <class Of, class Each>
void for_each_text(Of& initiation, Each each) {
    each(initiation.counterparty.ispb);
    each(initiation.counterparty.branch);
    each(initiation.counterparty.account);
    each(initiation.counterparty.account_type);
    each(initiation.counterparty.holder_name);
    each(initiation.counterparty.holder_document);
    each(initiation.purpose);
    each(initiation.description);
    each(initiation.metadata);
}

}  // namespace

void encode(const Initiation& initiation, std::string& to) {
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(initiation.type));
    writer.integer(static_cast<std::uint8_t>(initiation.transfer ? 1 : 0));
    for (const job::Uuid& id : {initiation.tenant, initiation.ledger, initiation.sender_account,
                                initiation.recipient_account}) {
        writer.bytes(id.bytes());
    }
    if (initiation.transfer) {
        writer.bytes(initiation.transfer->bytes());
    }
    writer.integer(initiation.amount.minor);
    writer.integer(initiation.fee.minor);
    put_time(writer, initiation.expires);
    for_each_text(initiation, [&](std::string_view text) { writer.text(text); });
}

result<Initiation> decode_initiation(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto type = reader.integer<std::uint8_t>();
    const auto has_transfer = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || type < 1 || type > 3 || has_transfer > 1) {
        return Error::corrupt;
    }
    Initiation initiation;
    initiation.type = static_cast<Type>(type);
    for (job::Uuid* id : {&initiation.tenant, &initiation.ledger, &initiation.sender_account,
                          &initiation.recipient_account}) {
        *id = reader.octets<job::Uuid>();
    }
    if (has_transfer != 0) {
        initiation.transfer = reader.octets<job::Uuid>();
    }
    initiation.amount.minor = reader.integer<std::int64_t>();
    initiation.fee.minor = reader.integer<std::int64_t>();
    initiation.expires = take_time(reader);
    for_each_text(initiation, [&](std::string_view& text) { text = reader.text(); });
    if (!reader.ok() || reader.left() != 0 || !add(initiation.amount, initiation.fee)) {
        return Error::corrupt;
    }
    return initiation;
}

Transfer make_transfer(const Initiation& initiation, const job::Uuid& initiation_id, WallTime now) {
    Transfer transfer;
    transfer.tenant = initiation.tenant;
    transfer.ledger = initiation.ledger;
    transfer.type = initiation.type;
    transfer.initiation = initiation_id;
    transfer.sender_account = initiation.sender_account;
    transfer.recipient_account = initiation.recipient_account;
    transfer.counterparty = initiation.counterparty;
    transfer.amount = initiation.amount;
    transfer.fee = initiation.fee;
    transfer.purpose = initiation.purpose;
    transfer.description = initiation.description;
    transfer.metadata = initiation.metadata;
    transfer.enter(rules_of(initiation.type).at(Phase::absent, Ask::process).next, now, {});
    return transfer;
}

void append_guard_text(const Initiation& initiation, std::string& to) {
    ByteWriter writer(to);
    writer.bytes(initiation.tenant.bytes());
    writer.bytes(initiation.sender_account.bytes());
    writer.integer(initiation.amount.minor);
    for (const std::string_view text :
         {initiation.counterparty.ispb, initiation.counterparty.branch,
          initiation.counterparty.account, initiation.counterparty.holder_document}) {
        writer.text(text);
    }
}

void encode(const Guard& guard, std::string& to) {
    ByteWriter writer(to);
    writer.integer(guard_layout);
    writer.bytes(guard.initiation.bytes());
    put_time(writer, guard.expires);
}

result<Guard> decode_guard(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    Guard guard;
    guard.initiation = reader.octets<job::Uuid>();
    guard.expires = take_time(reader);
    if (reader.ok() && found_layout > guard_layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != guard_layout || reader.left() != 0) {
        return Error::corrupt;
    }
    return guard;
}

std::string confirmation_number(Day day, std::uint64_t number) {
    constexpr std::size_t digits_min = 3;
    const std::string digits = std::to_string(number);
    std::string text = format_day_compact(day);
    if (digits.size() < digits_min) {
        text.append(digits_min - digits.size(), '0');
    }
    return text + digits;
}

}  // namespace belay::transfers
