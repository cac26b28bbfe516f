// Text to value: the forms of http/program/settings_table.hpp.
#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include "core/base/units.hpp"
#include "core/base/utf8.hpp"
#include "http/program/settings_table.hpp"
#include "http/program/typed_text.hpp"

namespace belay::program {
namespace {

std::string quoted(std::string_view text) {
    return '"' + std::string(text) + '"';
}

std::string duration_text(std::uint64_t milliseconds) {
    return quoted(format_duration(Milliseconds(static_cast<std::int64_t>(milliseconds))));
}

std::vector<std::string_view> split(std::string_view text, char divider) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(divider);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

/// All of `text` as a decimal number without sign.
std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

/// A text that may stand in a log line, a path or a header: UTF-8 without control characters.
bool is_plain(std::string_view text) {
    return is_valid_utf8(text) && std::ranges::none_of(text, [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
           });
}

std::optional<ListenAddress> read_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || !is_plain(text)) {
        return std::nullopt;
    }
    const std::optional<std::uint64_t> port = read_number(text.substr(colon + 1));
    if (!port || *port > 65'535) {
        return std::nullopt;
    }
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find_first_of(":[]") != std::string_view::npos) {
        return std::nullopt;  // an IPv6 address without brackets: where does the port begin?
    }
    if (host.empty() || host.find(' ') != std::string_view::npos) {
        return std::nullopt;
    }
    return ListenAddress{std::string(host), static_cast<std::uint16_t>(*port)};
}

/// scheme://host[:port][/path], nothing after it.
bool is_base_url(std::string_view text) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (text.starts_with(scheme)) {
            const std::string_view rest = text.substr(scheme.size());
            return !rest.empty() && rest.front() != '/' && rest.back() != '/' && is_plain(rest) &&
                   rest.find_first_of(" ?#@") == std::string_view::npos;
        }
    }
    return false;
}

std::optional<SettingValue> within(const SettingForm& form, std::uint64_t number) {
    if (number < form.least || number > form.most) {
        return std::nullopt;
    }
    return number;
}

std::optional<SettingValue> read_text(const SettingForm& form, std::string_view text) {
    if (!is_plain(text) || (text.empty() && !form.may_be_empty)) {
        return std::nullopt;
    }
    if (form.kind == SettingKind::url && !text.empty() && !is_base_url(text)) {
        return std::nullopt;
    }
    if (form.rule != nullptr && !form.rule->fits(text)) {
        return std::nullopt;
    }
    return std::string(text);
}

std::optional<SettingValue> read_list(const SettingForm& form, std::string_view text) {
    std::vector<std::string> items;
    if (text.empty() && !form.may_be_empty) {
        return std::nullopt;
    }
    if (!text.empty()) {
        for (const std::string_view item : split(text, ',')) {
            const bool fitting = form.rule == nullptr || form.rule->fits(item);
            if (item.empty() || !is_plain(item) || !fitting) {
                return std::nullopt;
            }
            items.emplace_back(item);
        }
    }
    return items;
}

std::optional<SettingValue> read(const SettingForm& form, std::string_view text) {
    switch (form.kind) {
        case SettingKind::duration: {
            const result<Milliseconds> duration = parse_duration(text);
            if (!duration || !within(form, static_cast<std::uint64_t>(duration->count()))) {
                return std::nullopt;
            }
            return *duration;
        }
        case SettingKind::size: {
            const result<std::uint64_t> bytes = parse_size(text);
            if (!bytes || (form.power_of_two && !std::has_single_bit(*bytes))) {
                return std::nullopt;
            }
            return within(form, *bytes);
        }
        case SettingKind::integer: {
            const std::optional<std::uint64_t> number = read_number(text);
            return number ? within(form, *number) : std::nullopt;
        }
        case SettingKind::boolean:
            if (text == "true" || text == "false") {
                return text == "true";
            }
            return std::nullopt;
        case SettingKind::choice: {
            const std::vector<std::string_view> words = split(form.words, '|');
            const auto found = std::ranges::find(words, text);
            if (found == words.end()) {
                return std::nullopt;
            }
            return static_cast<std::uint64_t>(found - words.begin());
        }
        case SettingKind::address: {
            std::optional<ListenAddress> address = read_address(text);
            return address ? std::optional<SettingValue>(*std::move(address)) : std::nullopt;
        }
        case SettingKind::text:
        case SettingKind::url:
        case SettingKind::path:
            return read_text(form, text);
        case SettingKind::list:
            return read_list(form, text);
    }
    return std::nullopt;
}

}  // namespace

explained<SettingValue> read_setting(const SettingForm& form, std::string_view text) {
    std::optional<SettingValue> value = read(form, text);
    if (!value) {
        return failure(Error::malformed, "expected " + expected_values(form));
    }
    return *std::move(value);
}

std::string expected_values(const SettingForm& form) {
    switch (form.kind) {
        case SettingKind::duration:
            return "a duration from " + duration_text(form.least) + " to " +
                   duration_text(form.most) + ": a whole number and ms, s, m, h or d";
        case SettingKind::size:
            return "a size from " + quoted(format_size(form.least)) + " to " +
                   quoted(format_size(form.most)) + ": a whole number and B, KiB, MiB or GiB" +
                   (form.power_of_two ? ", in all a power of two" : "");
        case SettingKind::integer:
            return "a whole number from " + std::to_string(form.least) + " to " +
                   std::to_string(form.most);
        case SettingKind::boolean:
            return "true or false";
        case SettingKind::choice: {
            std::string words;
            for (const std::string_view word : split(form.words, '|')) {
                words += (words.empty() ? "" : ", ") + quoted(word);
            }
            return "one of " + words;
        }
        case SettingKind::address:
            return "HOST:PORT, as \"127.0.0.1:8080\" or \"[::1]:8080\"";
        case SettingKind::url:
            return "http:// or https://, a host and no slash at the end, or nothing";
        case SettingKind::text:
            return form.rule != nullptr ? std::string(form.rule->expected)
                                        : "a text without control characters";
        case SettingKind::path:
            return form.may_be_empty ? "a path" : "a path that is not empty";
        case SettingKind::list:
            return (form.may_be_empty ? "" : "at least one of ") +
                   std::string("texts divided by commas, in a file an array of texts") +
                   (form.rule != nullptr ? "; each " + std::string(form.rule->expected) : "");
    }
    return {};
}

std::string toml_text(const SettingForm& form, std::string_view text) {
    switch (form.kind) {
        case SettingKind::integer:
        case SettingKind::boolean:
            return std::string(text);
        case SettingKind::list: {
            std::string items;
            for (const std::string_view item : split(text, ',')) {
                if (!item.empty()) {
                    items += (items.empty() ? "" : ", ") + quoted(item);
                }
            }
            return "[" + items + "]";
        }
        default:
            return quoted(text);
    }
}

}  // namespace belay::program
