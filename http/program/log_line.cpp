#include "http/program/log_line.hpp"

#include <array>

namespace belay::program {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view ellipsis = "\xE2\x80\xA6";     // U+2026

struct LevelWords {
    std::string_view json;
    std::string_view text;  ///< padded, so that messages stand in one column
};

constexpr std::array<LevelWords, 4> level_words{
    {{"debug", "DEBUG  "}, {"info", "INFO   "}, {"warning", "WARNING"}, {"error", "ERROR  "}}};

/// The length of the valid UTF-8 sequence that `text` begins with, or 0 (RFC 3629, section 4).
std::size_t sequence_length(std::string_view text) {
    const auto at = [text](std::size_t index) {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    const auto continues = [at](std::size_t index) { return (at(index) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return continues(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && at(1) < 0xA0;
        const bool surrogate = first == 0xED && at(1) > 0x9F;
        return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && at(1) < 0x90;
        const bool beyond = first == 0xF4 && at(1) > 0x8F;
        return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

void append_unicode_escape(std::string& out, unsigned code) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u00";
    out += digits[code >> 4U];
    out += digits[code & 0xFU];
}

void append_ascii(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const unsigned code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7F) {
        append_unicode_escape(out, code);
    } else {
        out += c;
    }
}

/// The value in quotes, escaped as JSON asks; C1 control characters (U+0080 to U+009F) and DEL are
/// escaped too, which some terminals obey.
void append_quoted(std::string& out, std::string_view value) {
    out += '"';
    const std::size_t begin = out.size();
    while (!value.empty()) {
        if (out.size() - begin >= log_value_bytes_max) {
            out += ellipsis;
            break;
        }
        const std::size_t length = sequence_length(value);
        if (length == 0) {
            out += replacement;
            value.remove_prefix(1);
            continue;
        }
        const unsigned second = length == 2 ? static_cast<unsigned char>(value[1]) : 0U;
        if (length == 1) {
            append_ascii(out, value[0]);
        } else if (value[0] == '\xC2' && second < 0xA0) {
            append_unicode_escape(out, second);
        } else {
            out += value.substr(0, length);
        }
        value.remove_prefix(length);
    }
    out += '"';
}

/// What needs no quotes in a text line.
bool is_bare(std::string_view value) {
    if (value.empty() || value.size() > log_value_bytes_max) {
        return false;
    }
    for (const char c : value) {
        if (c <= ' ' || c >= 0x7F || c == '"' || c == '=' || c == '\\') {
            return false;
        }
    }
    return true;
}

void append_value(std::string& out, const LogField::Value& value, bool bare_texts) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        if (bare_texts && is_bare(*text)) {
            out += *text;
        } else {
            append_quoted(out, *text);
        }
    } else if (const auto* truth = std::get_if<bool>(&value)) {
        out += *truth ? "true" : "false";
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        out += std::to_string(*number);
    } else {
        out += std::to_string(std::get<std::uint64_t>(value));
    }
}

}  // namespace

std::string json_log_line(WallTime time, LogLevel level, std::string_view message,
                          LogFields fields) {
    std::string line = R"({"time":")" + format_rfc3339_milliseconds(time) + R"(","level":")";
    line += level_words.at(static_cast<std::size_t>(level)).json;
    line += R"(","message":)";
    append_quoted(line, message);
    for (const LogField& field : fields) {
        line += ",\"";
        line += field.name();
        line += "\":";
        append_value(line, field.value(), false);
    }
    line += "}\n";
    return line;
}

std::string text_log_line(WallTime time, LogLevel level, std::string_view message,
                          LogFields fields) {
    std::string line = format_rfc3339_milliseconds(time) + " ";
    line += level_words.at(static_cast<std::size_t>(level)).text;
    line += ' ';
    line += message;
    for (const LogField& field : fields) {
        line += ' ';
        line += field.name();
        line += '=';
        append_value(line, field.value(), true);
    }
    line += '\n';
    return line;
}

}  // namespace belay::program
