#include "core/job/ids.hpp"

#include <cstring>
#include <optional>

#include "core/base/base64.hpp"
#include "core/base/uuid_text.hpp"

namespace belay::job {
namespace {

constexpr std::string_view urn_prefix = "urn:uuid:";
constexpr std::size_t canonical_size = 36;
constexpr std::size_t bare_size = 32;

bool starts_with_urn(std::string_view text) {
    if (text.size() < urn_prefix.size()) {
        return false;
    }
    for (std::size_t at = 0; at < urn_prefix.size(); ++at) {
        const char character = text[at];
        const bool upper = character >= 'A' && character <= 'Z';
        if ((upper ? static_cast<char>(character - 'A' + 'a') : character) != urn_prefix[at]) {
            return false;
        }
    }
    return true;
}

}  // namespace

UuidText uuid_text(const Uuid& id) noexcept {
    UuidText text;
    const auto characters = write_uuid(id.bytes().data());
    std::memcpy(text.extend(characters.size()), characters.data(), characters.size());
    return text;
}

std::string format_uuid(const Uuid& id) {
    return uuid_text(id).string();
}

result<Uuid> parse_uuid(std::string_view text) {
    if (text.size() == canonical_size) {
        if (const std::optional<UuidOctets> octets = read_uuid(text.data())) {
            Uuid id;
            std::memcpy(id.octets.data(), octets->data(), octets->size());
            return id;
        }
    }
    if (text.size() == canonical_size + urn_prefix.size() && starts_with_urn(text)) {
        text.remove_prefix(urn_prefix.size());
    } else if (text.size() == canonical_size + 2 && text.front() == '{' && text.back() == '}') {
        text = text.substr(1, canonical_size);
    }
    std::array<char, bare_size> hex;
    if (text.size() == canonical_size) {
        if (text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
            return Error::malformed;
        }
        // A dash anywhere else is no hex digit.
        std::memcpy(hex.data(), text.data(), 8);
        std::memcpy(hex.data() + 8, text.data() + 9, 4);
        std::memcpy(hex.data() + 12, text.data() + 14, 4);
        std::memcpy(hex.data() + 16, text.data() + 19, 4);
        std::memcpy(hex.data() + 20, text.data() + 24, 12);
    } else if (text.size() == bare_size) {
        std::memcpy(hex.data(), text.data(), bare_size);
    } else {
        return Error::malformed;
    }
    Uuid id;
    if (!hex_decode({hex.data(), hex.size()}, std::as_writable_bytes(std::span(id.octets)))) {
        return Error::malformed;
    }
    return id;
}

Uuid make_uuid_v7(WallTime time, const std::array<std::uint8_t, 10>& random) {
    Uuid id;
    const auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
    for (std::size_t octet = 0; octet < 6; ++octet) {
        id.octets[octet] = static_cast<std::uint8_t>(milliseconds >> (8 * (5 - octet)));
    }
    std::memcpy(id.octets.data() + 6, random.data(), random.size());
    id.octets[6] = static_cast<std::uint8_t>((id.octets[6] & 0x0f) | 0x70);
    id.octets[8] = static_cast<std::uint8_t>((id.octets[8] & 0x3f) | 0x80);
    return id;
}

WallTime time_of(const Uuid& id) {
    std::int64_t milliseconds = 0;
    for (std::size_t octet = 0; octet < 6; ++octet) {
        milliseconds = (milliseconds << 8) | id.octets[octet];
    }
    return WallTime(Milliseconds(milliseconds));
}

}  // namespace belay::job
