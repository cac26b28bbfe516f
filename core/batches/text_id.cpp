#include "core/batches/text_id.hpp"

#include <array>
#include <cstdint>

namespace belay::batches {
namespace {

constexpr std::string_view test_infix = "test_";
constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t number_digits = 22;  // 62^22 > 2^128
constexpr std::size_t check_digits = 4;
constexpr unsigned base = 62;

/// Divides the number in the octets by 62 and gives the rest.
unsigned divide(std::array<std::uint8_t, 16>& octets) noexcept {
    unsigned rest = 0;
    for (std::uint8_t& octet : octets) {
        const unsigned dividend = rest * 256 + octet;
        octet = static_cast<std::uint8_t>(dividend / base);
        rest = dividend % base;
    }
    return rest;
}

/// Multiplies by 62 and adds. False if that is more than 128 bits.
bool multiply_add(std::array<std::uint8_t, 16>& octets, unsigned digit) noexcept {
    unsigned carry = digit;
    for (std::size_t at = octets.size(); at-- > 0;) {
        const unsigned product = octets[at] * base + carry;
        octets[at] = static_cast<std::uint8_t>(product % 256);
        carry = product / 256;
    }
    return carry == 0;
}

/// FNV-1a of the octets, cut to four digits.
std::uint32_t check_of(const job::Uuid& id) noexcept {
    std::uint32_t hash = 2166136261U;
    for (const std::uint8_t octet : id.octets) {
        hash = (hash ^ octet) * 16777619U;
    }
    return hash % (base * base * base * base);
}

}  // namespace

std::string format_text_id(std::string_view prefix, const job::Uuid& id) {
    std::string text(prefix.size() + number_digits + check_digits, '0');
    text.replace(0, prefix.size(), prefix);
    std::array<std::uint8_t, 16> rest = id.octets;
    for (std::size_t at = number_digits; at-- > 0;) {
        text[prefix.size() + at] = digits[divide(rest)];
    }
    std::uint32_t check = check_of(id);
    for (std::size_t at = check_digits; at-- > 0;) {
        text[prefix.size() + number_digits + at] = digits[check % base];
        check /= base;
    }
    return text;
}

result<job::Uuid> parse_text_id(std::string_view prefix, std::string_view text) {
    if (!text.starts_with(prefix) || text.size() != prefix.size() + number_digits + check_digits) {
        return Error::malformed;
    }
    job::Uuid id;
    for (const char character : text.substr(prefix.size(), number_digits)) {
        const std::size_t digit = digits.find(character);
        if (digit == std::string_view::npos ||
            !multiply_add(id.octets, static_cast<unsigned>(digit))) {
            return Error::malformed;
        }
    }
    if (format_text_id(prefix, id) != text) {
        return Error::malformed;
    }
    return id;
}

std::string format_mode_id(std::string_view prefix, const ModeId& id) {
    std::string whole(prefix);
    whole += id.is_live ? std::string_view() : test_infix;
    return format_text_id(whole, id.id);
}

result<ModeId> parse_mode_id(std::string_view prefix, std::string_view text) {
    std::string whole(prefix);
    const bool is_live = !text.starts_with(whole + std::string(test_infix));
    whole += is_live ? std::string_view() : test_infix;
    const result<job::Uuid> id = parse_text_id(whole, text);
    if (!id) {
        return id.error();
    }
    return ModeId{*id, is_live};
}

}  // namespace belay::batches
