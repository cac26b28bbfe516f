#include "core/base/base64.hpp"

#include <array>
#include <cstdint>

namespace belay {
namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t not_in_alphabet = 0xff;

using Reverse = std::array<std::uint8_t, 256>;

constexpr Reverse reverse_of(std::string_view alphabet) {
    Reverse reverse{};
    reverse.fill(not_in_alphabet);
    for (std::size_t value = 0; value < alphabet.size(); ++value) {
        reverse[static_cast<std::uint8_t>(alphabet[value])] = static_cast<std::uint8_t>(value);
    }
    return reverse;
}

constexpr Reverse standard_reverse = reverse_of(standard_alphabet);
constexpr Reverse url_reverse = reverse_of(url_alphabet);

std::string encode(ByteSpan bytes, std::string_view alphabet) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t group = 0;
    int bits = 0;
    for (const std::byte byte : bytes) {
        group = (group << 8) | std::to_integer<std::uint32_t>(byte);
        for (bits += 8; bits >= 6; bits -= 6) {
            out.push_back(alphabet[(group >> (bits - 6)) & 0x3f]);
        }
    }
    if (bits > 0) {
        out.push_back(alphabet[(group << (6 - bits)) & 0x3f]);
    }
    return out;
}

result<std::string> decode(std::string_view text, const Reverse& reverse) {
    if (text.size() % 4 == 1) {
        return Error::malformed;
    }
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t group = 0;
    int bits = 0;
    for (const char character : text) {
        const std::uint8_t value = reverse[static_cast<std::uint8_t>(character)];
        if (value == not_in_alphabet) {
            return Error::malformed;
        }
        group = (group << 6) | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>((group >> bits) & 0xff));
        }
    }
    if ((group & ((1U << bits) - 1)) != 0) {
        return Error::malformed;
    }
    return out;
}

/// What no digit is: more than two digits can give.
constexpr unsigned no_digit = 256;

constexpr auto hex_values = [] {
    std::array<std::uint16_t, 256> values{};
    for (std::size_t code = 0; code < values.size(); ++code) {
        const char character = static_cast<char>(code);
        const bool decimal = character >= '0' && character <= '9';
        const bool lower = character >= 'a' && character <= 'f';
        const bool upper = character >= 'A' && character <= 'F';
        const char zero = decimal ? '0' : static_cast<char>((lower ? 'a' : 'A') - 10);
        values[code] = static_cast<std::uint16_t>(
            decimal || lower || upper ? static_cast<unsigned>(character - zero) : no_digit);
    }
    return values;
}();

unsigned hex_value(char character) noexcept {
    return hex_values[static_cast<unsigned char>(character)];
}

}  // namespace

std::string base64_encode(ByteSpan bytes) {
    std::string out = encode(bytes, standard_alphabet);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

result<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) {
        return Error::malformed;
    }
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
        text.remove_suffix(1);
    }
    return decode(text, standard_reverse);
}

std::string base64url_encode(ByteSpan bytes) {
    return encode(bytes, url_alphabet);
}

result<std::string> base64url_decode(std::string_view text) {
    return decode(text, url_reverse);
}

std::string hex_encode(ByteSpan bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        const unsigned value = std::to_integer<unsigned>(byte);
        out.push_back(digits[value >> 4]);
        out.push_back(digits[value & 0xf]);
    }
    return out;
}

result<std::string> hex_decode(std::string_view text) {
    std::string out(text.size() / 2, '\0');
    if (!hex_decode(text, std::as_writable_bytes(std::span(out)))) {
        return Error::malformed;
    }
    return out;
}

bool hex_decode(std::string_view text, std::span<std::byte> to) noexcept {
    if (text.size() != to.size() * 2) {
        return false;
    }
    unsigned all = 0;
    for (std::size_t at = 0; at < to.size(); ++at) {
        const unsigned high = hex_value(text[at * 2]);
        const unsigned low = hex_value(text[at * 2 + 1]);
        all |= high | low;
        to[at] = static_cast<std::byte>(high << 4 | low);
    }
    return all < no_digit;
}

}  // namespace belay
