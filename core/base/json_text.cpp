#include "core/base/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/base/eight_bytes.hpp"
#include "core/base/utf8.hpp"

namespace belay {
namespace {

void append_escaped(std::string& to, char byte) {
    constexpr std::string_view hex = "0123456789abcdef";
    switch (byte) {
        case '"':
            to.append("\\\"");
            break;
        case '\\':
            to.append("\\\\");
            break;
        case '\b':
            to.append("\\b");
            break;
        case '\f':
            to.append("\\f");
            break;
        case '\n':
            to.append("\\n");
            break;
        case '\r':
            to.append("\\r");
            break;
        case '\t':
            to.append("\\t");
            break;
        default: {
            const auto code = static_cast<unsigned char>(byte);
            to.append("\\u00");
            to.push_back(hex[code >> 4]);
            to.push_back(hex[code & 0x0fU]);
        }
    }
}

bool needs_escape(char byte) noexcept {
    return static_cast<unsigned char>(byte) < 0x20 || byte == '"' || byte == '\\';
}

/// Whether none of eight bytes is a control, a quote, a backslash or beyond ASCII. The subtractions
/// may borrow from a byte that is itself one of those: never a false yes, and cheaper than to mark
/// which one it is.
bool is_plain_word(const char* text) noexcept {
    const std::uint64_t word = eight_bytes::load(text);
    const std::uint64_t quote = word ^ eight_bytes::each('"');
    const std::uint64_t backslash = word ^ eight_bytes::each('\\');
    const std::uint64_t found = (word - eight_bytes::each(0x20)) | (quote - eight_bytes::each(1)) |
                                (backslash - eight_bytes::each(1)) | word;
    return (found & eight_bytes::tops) == 0;
}

/// As most texts are: what may stand between the quotes as it is.
bool is_plain(std::string_view text) noexcept {
    constexpr std::size_t word_bytes = eight_bytes::count;
    if (text.size() < word_bytes) {
        for (const char byte : text) {
            if (needs_escape(byte) || static_cast<unsigned char>(byte) >= 0x80) {
                return false;
            }
        }
        return true;
    }
    for (std::size_t at = 0; at + word_bytes < text.size(); at += word_bytes) {
        if (!is_plain_word(text.data() + at)) {
            return false;
        }
    }
    // The last word overlaps the one before it.
    return is_plain_word(text.data() + text.size() - word_bytes);
}

constexpr std::size_t behind_bytes_max = 2;

/// By way of the stack if it is short: one growth of the string and not three.
void append_quoted(std::string& to, std::string_view text, std::string_view behind) {
    constexpr std::size_t short_bytes_max = 60;
    constexpr std::size_t around_bytes_max = 2 + behind_bytes_max;
    if (text.size() <= short_bytes_max) {
        std::array<char, short_bytes_max + around_bytes_max> quoted;
        char* at = quoted.data();
        *at++ = '"';
        at = std::copy(text.begin(), text.end(), at);
        *at++ = '"';
        at = std::copy(behind.begin(), behind.end(), at);
        to.append(quoted.data(), static_cast<std::size_t>(at - quoted.data()));
    } else {
        to.append("\"").append(text).append("\"").append(behind);
    }
}

}  // namespace

void append_json_string(std::string& to, std::string_view text, std::string_view behind) {
    check(behind.size() <= behind_bytes_max, "little stands behind a JSON string");
    if (is_plain(text)) {
        append_quoted(to, text, behind);
        return;
    }
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    const bool valid = is_valid_utf8(text);
    to.push_back('"');
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && !needs_escape(text[plain]) &&
               (valid || static_cast<unsigned char>(text[plain]) < 0x80)) {
            ++plain;
        }
        to.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        if (needs_escape(text.front())) {
            append_escaped(to, text.front());
        } else {
            to.append(replacement);
        }
        text.remove_prefix(1);
    }
    to.push_back('"');
    to.append(behind);
}

}  // namespace belay
