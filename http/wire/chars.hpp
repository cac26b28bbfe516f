// What each byte may be in HTTP/1.1, as tables that no locale can change (RFC 9110 5.6.2, 5.5;
// RFC 3986 2 and 3; RFC 5234 B.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace belay::wire {

namespace chars {

inline constexpr std::uint8_t token = 1;        ///< tchar
inline constexpr std::uint8_t field_value = 2;  ///< VCHAR, obs-text, SP, HTAB
inline constexpr std::uint8_t path = 4;         ///< pchar without "%", and "/"
/// As path, and "?"; also "[" and "]", which RFC 3986 wants encoded but URL libraries leave as they
/// are (WHATWG URL), and which mean nothing else in a query.
inline constexpr std::uint8_t query = 8;
inline constexpr std::uint8_t host = 16;          ///< reg-name without "%": unreserved, sub-delims
inline constexpr std::uint8_t digit = 32;         ///< 0 to 9
inline constexpr std::uint8_t hex_digit = 64;     ///< 0 to 9, a to f, A to F
inline constexpr std::uint8_t quoted_text = 128;  ///< qdtext: field_value without DQUOTE and "\"

constexpr bool contains(std::string_view set, unsigned char byte) {
    return set.find(static_cast<char>(byte)) != std::string_view::npos;
}

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    for (std::size_t at = 0; at < classes.size(); ++at) {
        const auto byte = static_cast<unsigned char>(at);
        const bool decimal = byte >= '0' && byte <= '9';
        const bool upper = byte >= 'A' && byte <= 'Z';
        const bool lower = byte >= 'a' && byte <= 'z';
        const bool alphanumeric = decimal || upper || lower;
        const bool in_host = alphanumeric || (byte != 0 && contains("-._~!$&'()*+,;=", byte));
        const bool in_path = in_host || (byte != 0 && contains(":@/", byte));
        const bool in_value = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
        unsigned bits = 0;
        bits |= alphanumeric || (byte != 0 && contains("!#$%&'*+-.^_`|~", byte)) ? token : 0U;
        bits |= in_value ? field_value : 0U;
        bits |= in_path ? path : 0U;
        bits |= in_path || (byte != 0 && contains("?[]", byte)) ? query : 0U;
        bits |= in_host ? host : 0U;
        bits |= decimal ? digit : 0U;
        bits |= decimal || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F') ? hex_digit
                                                                                        : 0U;
        bits |= in_value && byte != '"' && byte != '\\' ? quoted_text : 0U;
        classes[at] = static_cast<std::uint8_t>(bits);
    }
    return classes;
}

inline constexpr std::array<std::uint8_t, 256> classes = make_classes();

}  // namespace chars

/// Whether `byte` belongs to one of the classes in `mask`.
constexpr bool is_class(char byte, std::uint8_t mask) noexcept {
    return (chars::classes[static_cast<unsigned char>(byte)] & mask) != 0;
}

constexpr bool is_token_char(char byte) noexcept {
    return is_class(byte, chars::token);
}

constexpr bool is_digit(char byte) noexcept {
    return is_class(byte, chars::digit);
}

constexpr bool is_hex_digit(char byte) noexcept {
    return is_class(byte, chars::hex_digit);
}

/// SP or HTAB, what RFC 9110 5.6.3 calls OWS and BWS.
constexpr bool is_blank(char byte) noexcept {
    return byte == ' ' || byte == '\t';
}

/// The value of a hex digit; `byte` must be one.
constexpr unsigned hex_value(char byte) noexcept {
    const auto code = static_cast<unsigned char>(byte);
    return code <= '9' ? code - unsigned{'0'} : (code | 0x20U) - unsigned{'a'} + 10U;
}

/// ASCII letters to lower case, every other byte as it is.
constexpr char to_lower(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

/// Equal but for the case of ASCII letters.
constexpr bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size()) {
        return false;
    }
    for (std::size_t at = 0; at < left.size(); ++at) {
        if (to_lower(left[at]) != to_lower(right[at])) {
            return false;
        }
    }
    return true;
}

/// True for an empty text too.
constexpr bool all_of_class(std::string_view text, std::uint8_t mask) noexcept {
    for (const char byte : text) {
        if (!is_class(byte, mask)) {
            return false;
        }
    }
    return true;
}

/// A token of RFC 9110 5.6.2: at least one tchar and nothing else.
constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && all_of_class(text, chars::token);
}

/// Whether the eight bytes from `text` on may all stand in a field value.
inline bool is_field_value_word(const char* text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t tops = 0x8080808080808080U;
    std::uint64_t word;
    std::memcpy(&word, text, sizeof word);
    // Not zero if and only if a byte is below 0x20 or is 0x7f.
    const std::uint64_t below_space = (word - ones * 0x20) & ~word & tops;
    const std::uint64_t from_delete = word ^ (ones * 0x7f);
    const std::uint64_t is_delete = (from_delete - ones) & ~from_delete & tops;
    // A tab is below 0x20 and allowed: the table decides.
    return (below_space | is_delete) == 0 || all_of_class({text, sizeof word}, chars::field_value);
}

/// The same of 32 bytes, which compilers make vectors of.
inline bool is_field_value_block(const char* text) noexcept {
    unsigned char bad = 0;
    for (std::size_t at = 0; at < 32; ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        bad |= static_cast<unsigned char>((byte < 0x20 && byte != '\t') || byte == 0x7f);
    }
    return bad == 0;
}

/// Whether every byte may stand in a field value; as all_of_class, many bytes at a time.
inline bool is_field_value(std::string_view text) noexcept {
    constexpr std::size_t word_bytes = sizeof(std::uint64_t);
    constexpr std::size_t block_bytes = 32;
    if (text.size() < word_bytes) {
        return all_of_class(text, chars::field_value);
    }
    while (text.size() >= block_bytes) {
        if (!is_field_value_block(text.data())) {
            return false;
        }
        // A last part of less than a word would have no word before it to overlap.
        text.remove_prefix(text.size() >= block_bytes + word_bytes ? block_bytes
                                                                   : text.size() - word_bytes);
    }
    for (std::size_t at = 0; at + word_bytes < text.size(); at += word_bytes) {
        if (!is_field_value_word(text.data() + at)) {
            return false;
        }
    }
    // The last word overlaps the one before it.
    return is_field_value_word(text.data() + text.size() - word_bytes);
}

/// `text` without the blanks at both ends.
constexpr std::string_view trim_blanks(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace belay::wire
