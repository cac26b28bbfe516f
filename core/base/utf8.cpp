#include "core/base/utf8.hpp"

#include <cstdint>

namespace belay {
namespace {

bool is_continuation(char character) noexcept {
    return (static_cast<std::uint8_t>(character) & 0xc0) == 0x80;
}

/// The length of the sequence at the front of `text`, 0 if there is no valid one.
std::size_t sequence_length(std::string_view text) noexcept {
    const auto first = static_cast<std::uint8_t>(text[0]);
    if (first < 0x80) {
        return 1;
    }
    std::size_t length = 0;
    std::uint8_t second_low = 0x80;
    std::uint8_t second_high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        second_low = first == 0xe0 ? 0xa0 : 0x80;   // overlong below U+0800
        second_high = first == 0xed ? 0x9f : 0xbf;  // surrogates
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        second_low = first == 0xf0 ? 0x90 : 0x80;   // overlong below U+10000
        second_high = first == 0xf4 ? 0x8f : 0xbf;  // above U+10FFFF
    }
    if (length == 0 || text.size() < length) {
        return 0;
    }
    const auto second = static_cast<std::uint8_t>(text[1]);
    if (second < second_low || second > second_high) {
        return 0;
    }
    for (std::size_t at = 2; at < length; ++at) {
        if (!is_continuation(text[at])) {
            return 0;
        }
    }
    return length;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace belay
