#include "core/base/json_text.hpp"

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

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
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
