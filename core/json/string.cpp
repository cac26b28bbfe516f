#include "core/json/string.hpp"

#include <charconv>
#include <cstdint>

#include "core/base/utf8.hpp"

namespace belay {
namespace {

constexpr std::uint32_t high_surrogates = 0xd800;
constexpr std::uint32_t low_surrogates = 0xdc00;
constexpr std::uint32_t after_surrogates = 0xe000;

void append_utf8(std::string& to, std::uint32_t code) {
    const auto put = [&to](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | code >> 6);
        put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    } else {
        put(0xf0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3f));
        put(0x80 | (code >> 6 & 0x3f));
        put(0x80 | (code & 0x3f));
    }
}

/// The four hex digits of a "\u" that stands at the front of `text`.
std::optional<std::uint32_t> read_unit(std::string_view text) noexcept {
    constexpr std::size_t size = 6;
    if (text.size() < size || !text.starts_with("\\u")) {
        return std::nullopt;
    }
    const std::string_view digits = text.substr(2, 4);
    std::uint32_t unit = 0;
    // from_chars would take a sign or stop early: every character must have been a digit.
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return unit;
}

/// The character of a two-byte escape; nothing if there is no such escape.
std::optional<char> short_escape(char letter) noexcept {
    switch (letter) {
        case '"':
        case '\\':
        case '/':
            return letter;
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return std::nullopt;
    }
}

/// Appends what the escape at the front of `text` stands for and takes it off.
std::optional<JsonFault> take_escape(std::string_view& text, std::string& to) {
    if (text.size() < 2) {
        return JsonFault::unexpected_end;
    }
    if (text[1] != 'u') {
        const std::optional<char> character = short_escape(text[1]);
        if (!character) {
            return JsonFault::invalid_escape;
        }
        to.push_back(*character);
        text.remove_prefix(2);
        return std::nullopt;
    }
    const std::optional<std::uint32_t> unit = read_unit(text);
    if (!unit) {
        return JsonFault::invalid_escape;
    }
    text.remove_prefix(6);
    if (*unit < high_surrogates || *unit >= after_surrogates) {
        append_utf8(to, *unit);
        return std::nullopt;
    }
    const std::optional<std::uint32_t> low = read_unit(text);
    if (*unit >= low_surrogates || !low || *low < low_surrogates || *low >= after_surrogates) {
        return JsonFault::lone_surrogate;
    }
    text.remove_prefix(6);
    append_utf8(to, 0x10000 + ((*unit - high_surrogates) << 10) + (*low - low_surrogates));
    return std::nullopt;
}

/// Bytes that end a run of plain text in a string.
bool is_plain(char byte) noexcept {
    return static_cast<unsigned char>(byte) >= 0x20 && byte != '"' && byte != '\\';
}

/// Where the first sequence that is not UTF-8 begins. `text` has one.
std::size_t find_invalid_utf8(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t size = 1;
        while (size <= 4 && !is_valid_utf8(text.substr(at, size))) {
            ++size;
        }
        if (size > 4) {
            break;
        }
        at += size;
    }
    return at;
}

}  // namespace

std::optional<JsonStringFault> read_json_string(std::string_view text, std::string& scratch,
                                                std::string_view& string, std::size_t& size) {
    std::string_view rest = text;
    bool escaped = false;
    scratch.clear();
    while (true) {
        std::size_t plain = 0;
        while (plain < rest.size() && is_plain(rest[plain])) {
            ++plain;
        }
        const std::size_t at = text.size() - rest.size();
        const std::string_view run = rest.substr(0, plain);
        // An escape cannot stand within a sequence, so each run is UTF-8 by itself or is not.
        if (!is_valid_utf8(run)) {
            return JsonStringFault{JsonFault::invalid_utf8, at + find_invalid_utf8(run)};
        }
        rest.remove_prefix(plain);
        const std::size_t stop = at + plain;
        if (rest.empty()) {
            return JsonStringFault{JsonFault::unexpected_end, text.size()};
        }
        if (rest.front() == '"') {
            scratch.append(escaped ? run : std::string_view());
            string = escaped ? std::string_view(scratch) : run;
            size = stop + 1;
            return std::nullopt;
        }
        if (rest.front() != '\\') {
            return JsonStringFault{JsonFault::control_in_string, stop};
        }
        escaped = true;
        scratch.append(run);
        if (const std::optional<JsonFault> fault = take_escape(rest, scratch)) {
            return JsonStringFault{*fault, stop};
        }
    }
}

}  // namespace belay
