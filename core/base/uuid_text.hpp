// A UUID in lower case and its 16 octets, eight digits at a time: each request has some, and names
// of keys are compared and packed by the million (store/table/text_packer.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"

namespace belay {

inline constexpr std::size_t uuid_octets = 16;
inline constexpr std::size_t uuid_characters = 36;
inline constexpr std::size_t uuid_first_dash = 8;
using UuidOctets = std::array<std::byte, uuid_octets>;

/// Whether a UUID in lower case may begin with it.
constexpr bool may_begin_uuid(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

namespace uuid_detail {

/// The digits of a UUID without its dashes, eight to a word, the first in the lowest byte; and the
/// dashes.
struct Digits {
    std::array<std::uint64_t, 4> words;
    std::uint32_t dashes;
};

inline constexpr std::uint32_t four_dashes = 0x2d2d2d2d;

/// `text` has the characters of a UUID.
inline Digits digits_of(const char* text) noexcept {
    const auto* at = reinterpret_cast<const std::byte*>(text);
    const auto two = [&](std::size_t first, std::size_t second) {
        return load_little<std::uint32_t>(at + first) |
               std::uint64_t{load_little<std::uint32_t>(at + second)} << 32;
    };
    const auto byte = [&](std::size_t place) { return std::to_integer<std::uint32_t>(at[place]); };
    return {{load_little<std::uint64_t>(at), two(9, 14), two(19, 24),
             load_little<std::uint64_t>(at + 28)},
            byte(8) | byte(13) << 8 | byte(18) << 16 | byte(23) << 24};
}

inline constexpr std::uint64_t every_byte = 0x0101'0101'0101'0101;
inline constexpr std::uint64_t every_second = 0x0001'0001'0001'0001;

/// Four octets as eight digits, all of a word at once.
constexpr std::uint64_t digits_of_octets(std::uint32_t octets) noexcept {
    // An octet to each two bytes, then a half of it to each byte, the upper half first.
    std::uint64_t halves = (octets | std::uint64_t{octets} << 16) & 0x0000'ffff'0000'ffff;
    halves = (halves | halves << 8) & every_second * 0xff;
    halves = (halves >> 4 & every_second * 0xf) | (halves & every_second * 0xf) << 8;
    // Adding 6 carries into the fifth bit from 10 on, where digits are letters.
    const std::uint64_t letters = (halves + every_byte * 6) >> 4 & every_byte;
    return halves + every_byte * '0' + letters * ('a' - '0' - 10);
}

/// The inverse, of digits; anything of what is none.
constexpr std::uint32_t octets_of_digits(std::uint64_t digits) noexcept {
    // Letters have the seventh bit; their lower halves begin with 1.
    const std::uint64_t halves = (digits & every_byte * 0xf) + (digits >> 6 & every_byte) * 9;
    std::uint64_t octets = (halves << 4 | halves >> 8) & every_second * 0xff;
    octets = (octets | octets >> 8) & 0x0000'ffff'0000'ffff;
    return static_cast<std::uint32_t>(octets | octets >> 16);
}

// "0189cdef", the first digit in the lowest byte.
static_assert(digits_of_octets(octets_of_digits(0x6665'6463'3938'3130)) == 0x6665'6463'3938'3130);

}  // namespace uuid_detail

/// Whether `text`, which has the characters of a UUID, is that of these octets.
inline bool is_uuid_of(const std::byte* octets, const char* text) noexcept {
    const uuid_detail::Digits digits = uuid_detail::digits_of(text);
    std::uint64_t difference = digits.dashes ^ uuid_detail::four_dashes;
    for (std::size_t word = 0; word < digits.words.size(); ++word) {
        difference |= digits.words[word] ^
                      uuid_detail::digits_of_octets(load_little<std::uint32_t>(octets + 4 * word));
    }
    return difference == 0;
}

/// Only what write_uuid would write. `text` has the characters of a UUID.
inline std::optional<UuidOctets> read_uuid(const char* text) noexcept {
    UuidOctets octets{};
    const uuid_detail::Digits digits = uuid_detail::digits_of(text);
    for (std::size_t word = 0; word < digits.words.size(); ++word) {
        store_little(octets.data() + 4 * word, uuid_detail::octets_of_digits(digits.words[word]));
    }
    return is_uuid_of(octets.data(), text) ? std::optional(octets) : std::nullopt;
}

inline std::array<char, uuid_characters> write_uuid(const std::byte* octets) noexcept {
    std::array<char, uuid_characters> text;
    text.fill('-');
    auto* to = reinterpret_cast<std::byte*>(text.data());
    const auto digits = [&](std::size_t word) {
        return uuid_detail::digits_of_octets(load_little<std::uint32_t>(octets + 4 * word));
    };
    store_little(to, digits(0));
    store_little(to + 9, static_cast<std::uint32_t>(digits(1)));
    store_little(to + 14, static_cast<std::uint32_t>(digits(1) >> 32));
    store_little(to + 19, static_cast<std::uint32_t>(digits(2)));
    store_little(to + 24, static_cast<std::uint32_t>(digits(2) >> 32));
    store_little(to + 28, digits(3));
    return text;
}

}  // namespace belay
