#include "http/wire/content_type.hpp"

#include <cstddef>
#include <utility>

#include "http/wire/chars.hpp"

namespace belay::wire {
namespace {

std::string_view take_token(std::string_view& text) noexcept {
    std::size_t size = 0;
    while (size < text.size() && is_token_char(text[size])) {
        ++size;
    }
    const std::string_view token = text.substr(0, size);
    text.remove_prefix(size);
    return token;
}

/// quoted-string from the front of `text`, its quotes and escapes undone.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string value;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '"') {
            text.remove_prefix(at + 1);
            return value;
        }
        if (text[at] == '\\') {
            ++at;
            if (at == text.size() || !is_class(text[at], chars::field_value)) {
                return std::nullopt;
            }
        } else if (!is_class(text[at], chars::quoted_text)) {
            return std::nullopt;
        }
        value.push_back(text[at]);
    }
    return std::nullopt;
}

std::optional<std::string> take_parameter_value(std::string_view& text) {
    if (text.starts_with('"')) {
        return take_quoted(text);
    }
    const std::string_view token = take_token(text);
    return token.empty() ? std::nullopt : std::optional<std::string>(token);
}

}  // namespace

bool MediaType::is(std::string_view essence) const noexcept {
    const std::size_t slash = essence.find('/');
    return slash != std::string_view::npos &&
           equals_ignoring_case(type, essence.substr(0, slash)) &&
           equals_ignoring_case(subtype, essence.substr(slash + 1));
}

result<MediaType> parse_media_type(std::string_view value) {
    MediaType media;
    std::string_view rest = value;
    media.type = take_token(rest);
    if (media.type.empty() || !rest.starts_with('/')) {
        return Error::malformed;
    }
    rest.remove_prefix(1);
    media.subtype = take_token(rest);
    if (media.subtype.empty()) {
        return Error::malformed;
    }
    while (!(rest = trim_blanks(rest)).empty()) {
        if (rest.front() != ';') {
            return Error::malformed;
        }
        rest = trim_blanks(rest.substr(1));
        if (rest.empty() || rest.front() == ';') {
            continue;
        }
        const std::string_view name = take_token(rest);
        if (name.empty() || !rest.starts_with('=')) {
            return Error::malformed;
        }
        rest.remove_prefix(1);
        std::optional<std::string> parameter = take_parameter_value(rest);
        const bool is_charset = equals_ignoring_case(name, "charset");
        if (!parameter || (is_charset && media.charset)) {
            return Error::malformed;
        }
        if (is_charset) {
            media.charset = std::move(parameter);
        }
    }
    return media;
}

bool is_json(std::string_view content_type) {
    return is_type(content_type, "application/json");
}

bool is_type(std::string_view content_type, std::string_view essence) {
    // What nearly every client sends.
    if (content_type == essence) {
        return true;
    }
    const result<MediaType> media = parse_media_type(content_type);
    return media && media->is(essence) &&
           (!media->charset || equals_ignoring_case(*media->charset, "utf-8"));
}

}  // namespace belay::wire
