#include "core/ledger/transaction.hpp"

#include <algorithm>
#include <optional>

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::ledger {
namespace {

// Layout 1: u8 layout, u8 phase, u8 maker, u8 was pending, 16 organization, 16 ledger, 16 parent,
// 16 reverted by, i64 value, i64 created, i64 updated; asset, description, chart of accounts group,
// code, route and metadata, each a u32 length and its bytes; u8 number of legs; for each leg u8
// side, u8 stripe, 16 account, i64 amount and the alias.
constexpr std::uint8_t layout = 1;

std::optional<Move> move_of(Side side, Ask ask) noexcept {
    switch (ask) {
        case Ask::post:
            return side == Side::source ? Move::debit : Move::credit;
        case Ask::hold:
            return side == Side::source ? std::optional(Move::hold) : std::nullopt;
        case Ask::commit:
            return side == Side::source ? Move::settle : Move::credit;
        case Ask::cancel:
            return side == Side::source ? std::optional(Move::release) : std::nullopt;
        case Ask::count_:
            break;
    }
    return std::nullopt;
}

bool adds_up(const Transaction& transaction, Side side) noexcept {
    Money sum;
    for (const Leg& leg : transaction.legs()) {
        if (leg.side != side) {
            continue;
        }
        const result<Money> next = add(sum, leg.amount);
        if (leg.amount.minor <= 0 || !next) {
            return false;
        }
        sum = *next;
    }
    return sum == transaction.value;
}

bool take_leg(ByteReader& reader, Transaction& transaction) {
    const auto side = reader.integer<std::uint8_t>();
    Leg leg;
    leg.side = static_cast<Side>(side);
    leg.stripe = reader.integer<std::uint8_t>();
    leg.account = reader.octets<job::Uuid>();
    leg.amount.minor = reader.integer<std::int64_t>();
    leg.alias = reader.text();
    return reader.ok() && (side == 1 || side == 2) && transaction.add(leg);
}

}  // namespace

bool Transaction::add(const Leg& leg) noexcept {
    if (leg_count == leg_storage.size()) {
        return false;
    }
    leg_storage[leg_count] = leg;
    ++leg_count;
    return true;
}

bool is_sound(const Transaction& transaction) noexcept {
    if (transaction.value.minor <= 0 || !adds_up(transaction, Side::source) ||
        !adds_up(transaction, Side::destination)) {
        return false;
    }
    const std::span<const Leg> legs = transaction.legs();
    for (std::size_t at = 0; at < legs.size(); ++at) {
        const auto rest = legs.subspan(at + 1);
        if (std::any_of(rest.begin(), rest.end(),
                        [&](const Leg& other) { return other.account == legs[at].account; })) {
            return false;
        }
    }
    return true;
}

Postings postings_of(const Transaction& transaction, Ask ask) noexcept {
    Postings postings;
    const std::span<const Leg> legs = transaction.legs();
    for (std::size_t at = 0; at < legs.size(); ++at) {
        if (const std::optional<Move> move = move_of(legs[at].side, ask)) {
            postings.storage[postings.count] = {legs[at].account, *move, legs[at].amount};
            postings.leg[postings.count] = at;
            ++postings.count;
        }
    }
    return postings;
}

void encode(const Transaction& transaction, std::string& to) {
    check(transaction.metadata.size() <= metadata_bytes_max, "a transaction's metadata is bounded");
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(transaction.phase));
    writer.integer(static_cast<std::uint8_t>(transaction.maker));
    writer.integer(static_cast<std::uint8_t>(transaction.was_pending ? 1 : 0));
    for (const job::Uuid& id : {transaction.organization, transaction.ledger, transaction.parent,
                                transaction.reverted_by}) {
        writer.bytes(id.bytes());
    }
    writer.integer(transaction.value.minor);
    put_time(writer, transaction.created);
    put_time(writer, transaction.updated);
    for (const std::string_view text :
         {transaction.asset, transaction.description, transaction.chart_of_accounts_group,
          transaction.code, transaction.route, transaction.metadata}) {
        writer.text(text);
    }
    writer.integer(static_cast<std::uint8_t>(transaction.leg_count));
    for (const Leg& leg : transaction.legs()) {
        writer.integer(static_cast<std::uint8_t>(leg.side));
        writer.integer(leg.stripe);
        writer.bytes(leg.account.bytes());
        writer.integer(leg.amount.minor);
        writer.text(leg.alias);
    }
}

result<Transaction> decode_transaction(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto phase = reader.integer<std::uint8_t>();
    const auto maker = reader.integer<std::uint8_t>();
    const auto was_pending = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    const bool known = phase != 0 && phase < Rules::phases && (maker == 1 || maker == 2);
    if (!reader.ok() || found_layout != layout || !known || was_pending > 1) {
        return Error::corrupt;
    }
    Transaction transaction;
    transaction.phase = static_cast<Phase>(phase);
    transaction.maker = static_cast<Maker>(maker);
    transaction.was_pending = was_pending == 1;
    transaction.organization = reader.octets<job::Uuid>();
    transaction.ledger = reader.octets<job::Uuid>();
    transaction.parent = reader.octets<job::Uuid>();
    transaction.reverted_by = reader.octets<job::Uuid>();
    transaction.value.minor = reader.integer<std::int64_t>();
    transaction.created = take_time(reader);
    transaction.updated = take_time(reader);
    transaction.asset = reader.text();
    transaction.description = reader.text();
    transaction.chart_of_accounts_group = reader.text();
    transaction.code = reader.text();
    transaction.route = reader.text();
    transaction.metadata = reader.text();
    const auto legs = reader.integer<std::uint8_t>();
    for (unsigned at = 0; at < legs; ++at) {
        if (!take_leg(reader, transaction)) {
            return Error::corrupt;
        }
    }
    if (!reader.ok() || reader.left() != 0 || transaction.metadata.size() > metadata_bytes_max) {
        return Error::corrupt;
    }
    return transaction;
}

}  // namespace belay::ledger
