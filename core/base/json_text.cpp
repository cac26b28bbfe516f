#include "core/base/json_text.hpp"

#include <cstdint>
#include <cstring>

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

constexpr std::uint64_t each_byte(std::uint8_t byte) noexcept {
    return 0x0101010101010101U * byte;
}

/// Whether none of eight bytes is a control, a quote, a backslash or beyond ASCII. The subtractions
/// may borrow from a byte that is itself one of those: never a false yes.
bool is_plain_word(const char* text) noexcept {
    std::uint64_t word;
    std::memcpy(&word, text, sizeof word);
    const std::uint64_t quote = word ^ each_byte('"');
    const std::uint64_t backslash = word ^ each_byte('\\');
    const std::uint64_t found =
        (word - each_byte(0x20)) | (quote - each_byte(1)) | (backslash - each_byte(1)) | word;
    return (found & each_byte(0x80)) == 0;
}

/// As most texts are: what may stand between the quotes as it is.
bool is_plain(std::string_view text) noexcept {
    constexpr std::size_t word_bytes = sizeof(std::uint64_t);
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

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
    if (is_plain(text)) {
        to.push_back('"');
        to.append(text);
        to.push_back('"');
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
}

}  // namespace belay
