#include "core/ledger/account.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::ledger {
namespace {

// Layout 1: u8 layout, 16 organization, 16 ledger, i64 created, then alias, name, asset and type,
// each a u32 length and its bytes.
constexpr std::uint8_t layout = 1;

// Layout 1 of an alias: u8 layout, 16 ledger, 16 account, then the alias: a u32 length and its
// bytes.
constexpr std::uint8_t alias_layout = 1;

bool fits(const Account& account) noexcept {
    const std::array texts{account.alias, account.name, account.asset, account.type};
    return std::all_of(texts.begin(), texts.end(),
                       [](std::string_view text) { return text.size() <= account_text_bytes_max; });
}

}  // namespace

bool is_external(std::string_view alias) noexcept {
    return alias.starts_with("@external/");
}

Floor floor_of(const Account& account) noexcept {
    return is_external(account.alias) ? Floor::none : Floor::zero;
}

job::RecordId balance_id(const job::Uuid& account, std::uint8_t stripe) noexcept {
    check(stripe < stripes, "a balance has so many stripes");
    job::Uuid id = account;
    // The last octet of a version 7 UUID is random: ids that differ there only do not occur.
    id.octets.back() = static_cast<std::uint8_t>(id.octets.back() ^ stripe);
    return {balance_kind, id};
}

job::RecordId alias_id(const AliasFingerprint& fingerprint) noexcept {
    job::RecordId id{alias_kind, {}};
    std::memcpy(id.id.octets.data(), fingerprint.data(), id.id.octets.size());
    return id;
}

void encode(const Account& account, std::string& to) {
    check(fits(account), "an account's texts are bounded");
    ByteWriter writer(to);
    writer.integer(layout);
    writer.bytes(account.organization.bytes());
    writer.bytes(account.ledger.bytes());
    put_time(writer, account.created);
    for (const std::string_view text : {account.alias, account.name, account.asset, account.type}) {
        writer.text(text);
    }
}

result<Account> decode_account(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    Account account;
    account.organization = reader.octets<job::Uuid>();
    account.ledger = reader.octets<job::Uuid>();
    account.created = take_time(reader);
    account.alias = reader.text();
    account.name = reader.text();
    account.asset = reader.text();
    account.type = reader.text();
    if (!reader.ok() || found_layout != layout || reader.left() != 0 || !fits(account)) {
        return Error::corrupt;
    }
    return account;
}

void encode(const AliasOwner& owner, std::string& to) {
    check(owner.alias.size() <= account_text_bytes_max, "an alias is bounded");
    ByteWriter writer(to);
    writer.integer(alias_layout);
    writer.bytes(owner.ledger.bytes());
    writer.bytes(owner.account.bytes());
    writer.text(owner.alias);
}

result<AliasOwner> decode_alias_owner(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > alias_layout) {
        return Error::newer_format;
    }
    AliasOwner owner;
    owner.ledger = reader.octets<job::Uuid>();
    owner.account = reader.octets<job::Uuid>();
    owner.alias = reader.text();
    if (!reader.ok() || found_layout != alias_layout || reader.left() != 0 ||
        owner.alias.size() > account_text_bytes_max) {
        return Error::corrupt;
    }
    return owner;
}

}  // namespace belay::ledger
