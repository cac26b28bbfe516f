#include "core/ledger/balance.hpp"

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::ledger {
namespace {

// Layout 1: u8 layout, i64 available, i64 on hold, u64 version, i64 updated.
constexpr std::uint8_t layout = 1;

/// A pair of amounts that change together: `from` less, `to` more.
bool transfer(Money& from, Money& to, Money amount) noexcept {
    const result<Money> less = subtract(from, amount);
    const result<Money> more = add(to, amount);
    if (!less || !more) {
        return false;
    }
    from = *less;
    to = *more;
    return true;
}

bool change(Money& of, const result<Money>& to) noexcept {
    if (!to) {
        return false;
    }
    of = *to;
    return true;
}

}  // namespace

Moved apply(const Balance& balance, Move move, Money amount, Floor floor) noexcept {
    check(amount.minor > 0, "a move has an amount above zero");
    const bool takes_available = move == Move::hold || move == Move::debit;
    if (takes_available && floor == Floor::zero && balance.available < amount) {
        return {MoveFault::insufficient_funds, balance};
    }
    const bool takes_held = move == Move::release || move == Move::settle;
    if (takes_held && balance.on_hold < amount) {
        return {MoveFault::not_held, balance};
    }
    Balance next = balance;
    bool fits = false;
    switch (move) {
        case Move::hold:
            fits = transfer(next.available, next.on_hold, amount);
            break;
        case Move::release:
            fits = transfer(next.on_hold, next.available, amount);
            break;
        case Move::settle:
            fits = change(next.on_hold, subtract(next.on_hold, amount));
            break;
        case Move::debit:
            fits = change(next.available, subtract(next.available, amount));
            break;
        case Move::credit:
            fits = change(next.available, add(next.available, amount));
            break;
    }
    const bool is_within = floor == Floor::zero || (next.available.minor <= unfloored_max &&
                                                    next.available.minor >= -unfloored_max);
    if (!fits || !is_within) {
        return {MoveFault::too_large, balance};
    }
    ++next.version;
    return {MoveFault::none, next};
}

Money effect_of(Move move, Money amount) noexcept {
    switch (move) {
        case Move::hold:
        case Move::release:
            return {};
        case Move::settle:
        case Move::debit:
            return {-amount.minor};
        case Move::credit:
            return amount;
    }
    return {};
}

bool is_balanced(std::span<const Posting> postings) noexcept {
    Money sum;
    for (const Posting& posting : postings) {
        const result<Money> next = add(sum, effect_of(posting.move, posting.amount));
        if (!next) {
            return false;
        }
        sum = *next;
    }
    return sum == Money{};
}

void encode(const Balance& balance, std::string& to) {
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(balance.available.minor);
    writer.integer(balance.on_hold.minor);
    writer.integer(balance.version);
    put_time(writer, balance.updated);
}

result<Balance> decode_balance(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    Balance balance;
    balance.available.minor = reader.integer<std::int64_t>();
    balance.on_hold.minor = reader.integer<std::int64_t>();
    balance.version = reader.integer<std::uint64_t>();
    balance.updated = take_time(reader);
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || reader.left() != 0) {
        return Error::corrupt;
    }
    return balance;
}

}  // namespace belay::ledger
