#include "core/batches/text_id.hpp"

#include <array>
#include <cstdint>

#include "core/base/check.hpp"

namespace belay::batches {
namespace {

constexpr std::string_view test_infix = "test_";
constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t number_digits = 22;  // 62^22 > 2^128
constexpr std::size_t check_digits = 4;
constexpr std::uint32_t base = 62;
constexpr std::size_t prefix_bytes_max = 32;

/// As many digits as a division gives at once: 62^5 fits half of a word.
constexpr std::size_t chunk_digits = 5;
constexpr std::uint32_t chunk_base = base * base * base * base * base;

/// The number of an id, most significant first.
using Limbs = std::array<std::uint32_t, 4>;

Limbs limbs_of(const job::Uuid& id) noexcept {
    Limbs limbs{};
    for (std::size_t at = 0; at < id.octets.size(); ++at) {
        limbs[at / 4] = limbs[at / 4] << 8 | id.octets[at];
    }
    return limbs;
}

job::Uuid id_of(const Limbs& limbs) noexcept {
    job::Uuid id;
    for (std::size_t at = 0; at < id.octets.size(); ++at) {
        id.octets[at] = static_cast<std::uint8_t>(limbs[at / 4] >> (24 - at % 4 * 8));
    }
    return id;
}

/// Divides by chunk_base and gives the rest.
std::uint32_t divide(Limbs& limbs) noexcept {
    std::uint64_t rest = 0;
    for (std::uint32_t& limb : limbs) {
        const std::uint64_t dividend = rest << 32 | limb;
        limb = static_cast<std::uint32_t>(dividend / chunk_base);
        rest = dividend % chunk_base;
    }
    return static_cast<std::uint32_t>(rest);
}

/// Multiplies and adds. False if that is more than 128 bits.
bool multiply_add(Limbs& limbs, std::uint32_t factor, std::uint32_t addend) noexcept {
    std::uint64_t carry = addend;
    for (std::size_t at = limbs.size(); at-- > 0;) {
        const std::uint64_t product = std::uint64_t{limbs[at]} * factor + carry;
        limbs[at] = static_cast<std::uint32_t>(product);
        carry = product >> 32;
    }
    return carry == 0;
}

constexpr std::uint8_t no_digit = 0xff;

constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t at = 0; at < digits.size(); ++at) {
        values[static_cast<unsigned char>(digits[at])] = static_cast<std::uint8_t>(at);
    }
    return values;
}();

/// Writes the last `count` digits of `value` to where `end` is behind.
void put_digits(std::uint32_t value, std::size_t count, char* end) noexcept {
    while (count-- > 0) {
        *--end = digits[value % base];
        value /= base;
    }
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

TextId text_id(std::string_view prefix, const job::Uuid& id) {
    check(prefix.size() <= prefix_bytes_max, "the prefix of an id is short");
    TextId text;
    prefix.copy(text.extend(prefix.size()), prefix.size());
    char* const begin = text.extend(number_digits + check_digits);
    Limbs limbs = limbs_of(id);
    std::size_t left = number_digits;
    for (; left >= chunk_digits; left -= chunk_digits) {
        put_digits(divide(limbs), chunk_digits, begin + left);
    }
    put_digits(divide(limbs), left, begin + left);
    put_digits(check_of(id), check_digits, begin + number_digits + check_digits);
    return text;
}

result<job::Uuid> parse_text_id(std::string_view prefix, std::string_view text) {
    if (!text.starts_with(prefix) || text.size() != prefix.size() + number_digits + check_digits) {
        return Error::malformed;
    }
    Limbs limbs{};
    std::string_view rest = text.substr(prefix.size(), number_digits);
    while (!rest.empty()) {
        // The odd ones first, since the others stand behind them.
        const std::size_t odd = rest.size() % chunk_digits;
        const std::size_t count = odd != 0 ? odd : chunk_digits;
        std::uint32_t factor = 1;
        std::uint32_t chunk = 0;
        for (const char character : rest.substr(0, count)) {
            const std::uint8_t digit = digit_values[static_cast<unsigned char>(character)];
            if (digit == no_digit) {
                return Error::malformed;
            }
            factor *= base;
            chunk = chunk * base + digit;
        }
        if (!multiply_add(limbs, factor, chunk)) {
            return Error::malformed;
        }
        rest.remove_prefix(count);
    }
    const job::Uuid id = id_of(limbs);
    if (text_id(prefix, id).view() != text) {
        return Error::malformed;
    }
    return id;
}

std::string format_mode_id(std::string_view prefix, const ModeId& id) {
    std::string whole(prefix);
    whole += id.is_live ? std::string_view() : test_infix;
    return text_id(whole, id.id).string();
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
