#include "core/base/json_text.hpp"

#include <array>
#include <cstdint>

#include "core/base/bytes.hpp"
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

/// Copies plain texts, and tells at the end whether one was: no control, quote, backslash or byte
/// beyond ASCII.
class PlainCopy {
  public:
    template <class Word>
    void take(const char* from, char* to) noexcept {
        const Word word = load_little<Word>(reinterpret_cast<const std::byte*>(from));
        look_at(word | filling<Word>);
        store_little(reinterpret_cast<std::byte*>(to), word);
    }

    bool was_plain() const noexcept { return (found_ & eight_bytes::tops) == 0; }

  private:
    /// What stands in for the bytes that a shorter word has not: any plain ones.
    template <class Word>
    static constexpr eight_bytes::Bytes filling =
        sizeof(Word) == eight_bytes::count ? 0 : eight_bytes::each('a') << (8 * (sizeof(Word) % 8));

    /// The subtractions may borrow from a byte that is itself found: never a false yes, and cheaper
    /// than to mark which one it is.
    void look_at(eight_bytes::Bytes word) noexcept {
        const eight_bytes::Bytes quote = word ^ eight_bytes::each('"');
        const eight_bytes::Bytes backslash = word ^ eight_bytes::each('\\');
        found_ |= (word - eight_bytes::each(0x20)) | (quote - eight_bytes::each(1)) |
                  (backslash - eight_bytes::each(1)) | word;
    }

    eight_bytes::Marks found_ = 0;
};

/// Both ends of a text that is shorter than two words of this size, one over the other.
template <class Word>
void take_ends(PlainCopy& copy, std::string_view text, char* to) noexcept {
    const std::size_t last = text.size() - sizeof(Word);
    copy.take<Word>(text.data(), to);
    copy.take<Word>(text.data() + last, to + last);
}

/// Whether it is plain.
bool copy_plain(std::string_view text, char* to) noexcept {
    PlainCopy copy;
    if (text.size() >= 8) {
        for (std::size_t at = 0; at + 8 < text.size(); at += 8) {
            copy.take<std::uint64_t>(text.data() + at, to + at);
        }
        const std::size_t last = text.size() - 8;
        copy.take<std::uint64_t>(text.data() + last, to + last);
    } else if (text.size() >= 4) {
        take_ends<std::uint32_t>(copy, text, to);
    } else if (text.size() >= 2) {
        take_ends<std::uint16_t>(copy, text, to);
    } else if (!text.empty()) {
        copy.take<std::uint8_t>(text.data(), to);
    }
    return copy.was_plain();
}

}  // namespace

char* put_plain_json_string(char* to, std::string_view text) noexcept {
    *to++ = '"';
    if (!copy_plain(text, to)) {
        return nullptr;
    }
    to += text.size();
    *to++ = '"';
    return to;
}

void append_json_string(std::string& to, std::string_view text) {
    constexpr std::size_t short_bytes_max = 60;
    if (text.size() <= short_bytes_max) {
        // By way of the stack: one growth of the string and not three.
        std::array<char, short_bytes_max + 2> quoted;
        if (const char* end = put_plain_json_string(quoted.data(), text)) {
            to.append(quoted.data(), static_cast<std::size_t>(end - quoted.data()));
            return;
        }
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
