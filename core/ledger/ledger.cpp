#include "core/ledger/ledger.hpp"

#include <cstring>

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::ledger {
namespace {

// Layout 1: u8 layout, 16 organization, i64 created, then the name: a u32 length and its bytes.
constexpr std::uint8_t layout = 1;

}  // namespace

std::string external_alias(std::string_view asset) {
    std::string alias = "@external/";
    alias += asset;
    return alias;
}

std::string fee_alias(std::string_view asset) {
    return external_alias(asset) + "/fees";
}

job::Uuid derived_id(const NameFingerprint& fingerprint) noexcept {
    job::Uuid id;
    std::memcpy(id.octets.data(), fingerprint.data(), id.octets.size());
    id.octets[6] = static_cast<std::uint8_t>((id.octets[6] & 0x0f) | 0x80);  // version 8
    id.octets[8] = static_cast<std::uint8_t>((id.octets[8] & 0x3f) | 0x80);  // RFC 9562's variant
    return id;
}

void encode(const Ledger& ledger, std::string& to) {
    check(ledger.name.size() <= account_text_bytes_max, "a ledger's name is bounded");
    ByteWriter writer(to);
    writer.integer(layout);
    writer.bytes(ledger.organization.bytes());
    put_time(writer, ledger.created);
    writer.text(ledger.name);
}

result<Ledger> decode_ledger(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    Ledger ledger;
    ledger.organization = reader.octets<job::Uuid>();
    ledger.created = take_time(reader);
    ledger.name = reader.text();
    if (!reader.ok() || found_layout != layout || reader.left() != 0 ||
        ledger.name.size() > account_text_bytes_max) {
        return Error::corrupt;
    }
    return ledger;
}

}  // namespace belay::ledger
