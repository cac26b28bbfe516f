#include "core/exports/escape.hpp"

#include "core/exports/decimal.hpp"

namespace belay::exports {
namespace {

bool is_formula(std::string_view text) {
    switch (text.empty() ? '\0' : text.front()) {
        case '=':
        case '@':
        case '\t':
        case '\r':
            return true;
        case '+':
        case '-': {
            const std::string_view number = text.substr(1);
            return number.starts_with('-') || !Decimal::parse(number);
        }
        default:
            return false;
    }
}

/// The two encodings that XML 1.0 has no place for among U+E000 to U+FFFF.
bool is_noncharacter(std::string_view text) noexcept {
    return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf");
}

}  // namespace

void append_csv_cell(std::string_view text, std::string& to) {
    const bool is_guarded = is_formula(text);
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        to.append(is_guarded ? "'" : "").append(text);
        return;
    }
    to.append(is_guarded ? "\"'" : "\"");
    for (const char byte : text) {
        to.append(byte == '"' ? 2 : 1, byte);
    }
    to.push_back('"');
}

void append_xml_text(std::string_view text, std::string& to) {
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        switch (byte) {
            case '&':
                to.append("&amp;");
                break;
            case '<':
                to.append("&lt;");
                break;
            case '>':
                to.append("&gt;");  // "]]>" may not stand in character data
                break;
            case '\r':
                to.append("&#13;");
                break;
            case '\t':
            case '\n':
                to.push_back(byte);
                break;
            default:
                if (static_cast<unsigned char>(byte) < 0x20) {
                    to.append(replacement);
                } else if (is_noncharacter(text.substr(at))) {
                    to.append(replacement);
                    at += 2;
                } else {
                    to.push_back(byte);
                }
        }
    }
}

}  // namespace belay::exports
