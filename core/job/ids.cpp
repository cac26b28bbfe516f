#include "core/job/ids.hpp"

#include "core/base/base64.hpp"

namespace belay::job {
namespace {

constexpr std::string_view urn_prefix = "urn:uuid:";
constexpr std::size_t canonical_size = 36;
constexpr std::size_t bare_size = 32;

bool is_dash_position(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

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

std::string format_uuid(const Uuid& id) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(canonical_size);
    for (std::size_t octet = 0; octet < id.octets.size(); ++octet) {
        if (is_dash_position(text.size())) {
            text.push_back('-');
        }
        text.push_back(digits[id.octets[octet] >> 4]);
        text.push_back(digits[id.octets[octet] & 0xf]);
    }
    return text;
}

result<Uuid> parse_uuid(std::string_view text) {
    if (text.size() == canonical_size + urn_prefix.size() && starts_with_urn(text)) {
        text.remove_prefix(urn_prefix.size());
    } else if (text.size() == canonical_size + 2 && text.front() == '{' && text.back() == '}') {
        text = text.substr(1, canonical_size);
    }
    std::array<char, bare_size> hex;
    std::size_t count = 0;
    if (text.size() == canonical_size) {
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (is_dash_position(at) != (text[at] == '-')) {
                return Error::malformed;
            }
            if (!is_dash_position(at)) {
                hex[count++] = text[at];
            }
        }
    } else if (text.size() == bare_size) {
        std::memcpy(hex.data(), text.data(), bare_size);
    } else {
        return Error::malformed;
    }
    const result<std::string> octets = hex_decode({hex.data(), hex.size()});
    if (!octets) {
        return octets.error();
    }
    Uuid id;
    std::memcpy(id.octets.data(), octets->data(), id.octets.size());
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
