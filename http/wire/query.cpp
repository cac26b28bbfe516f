#include "http/wire/query.hpp"

#include <algorithm>

#include "core/base/utf8.hpp"
#include "http/wire/chars.hpp"

namespace belay::wire {
namespace {

enum class Plus : bool { as_it_is, is_space };

/// Appends `text` decoded to `to`. False if it is malformed; `to` is then of no use.
bool append_decoded(std::string& to, std::string_view text, Plus plus) {
    const std::size_t begin = to.size();
    for (std::size_t at = 0; at < text.size(); ++at) {
        char byte = text[at];
        if (byte == '%') {
            if (text.size() - at < 3 || !is_hex_digit(text[at + 1]) ||
                !is_hex_digit(text[at + 2])) {
                return false;
            }
            byte = static_cast<char>(hex_value(text[at + 1]) << 4 | hex_value(text[at + 2]));
            at += 2;
        } else if (byte == '+' && plus == Plus::is_space) {
            byte = ' ';
        }
        if (byte == '\0') {
            return false;
        }
        to.push_back(byte);
    }
    return is_valid_utf8(std::string_view(to).substr(begin));
}

}  // namespace

result<std::string_view> decode_path_segment(std::string_view segment, std::string& scratch) {
    if (all_of_class(segment, chars::path)) {
        return segment;
    }
    scratch.clear();
    if (!append_decoded(scratch, segment, Plus::as_it_is)) {
        return Error::malformed;
    }
    return std::string_view(scratch);
}

result<Query> Query::parse(std::string_view query) {
    Query parsed;
    while (!query.empty()) {
        const std::size_t size = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, size);
        query.remove_prefix(std::min(size + 1, query.size()));
        if (pair.empty()) {
            continue;
        }
        if (parsed.parameters_.size() == query_parameters_max) {
            return Error::too_large;
        }
        const std::size_t name_size = std::min(pair.find('='), pair.size());
        QueryParameter& parameter = parsed.parameters_.emplace_back();
        const std::string_view value = pair.substr(std::min(name_size + 1, pair.size()));
        if (!append_decoded(parameter.name, pair.substr(0, name_size), Plus::is_space) ||
            !append_decoded(parameter.value, value, Plus::is_space)) {
            return Error::malformed;
        }
    }
    return parsed;
}

std::optional<std::string_view> Query::value(std::string_view name) const noexcept {
    const auto found = std::ranges::find(parameters_, name, &QueryParameter::name);
    return found == parameters_.end() ? std::nullopt
                                      : std::optional<std::string_view>(found->value);
}

bool Query::repeated(std::string_view name) const noexcept {
    return std::ranges::count(parameters_, name, &QueryParameter::name) > 1;
}

std::optional<std::string_view> Query::first_repeated() const noexcept {
    // At most query_parameters_max of them: comparing all pairs is cheaper than a set.
    const auto found = std::ranges::find_if(
        parameters_, [this](const QueryParameter& one) { return repeated(one.name); });
    return found == parameters_.end() ? std::nullopt : std::optional<std::string_view>(found->name);
}

void append_percent_encoded(std::string& to, std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    for (const char byte : text) {
        const auto code = static_cast<unsigned char>(byte);
        const char lower = to_lower(byte);
        if (is_digit(byte) || (lower >= 'a' && lower <= 'z') || byte == '-' || byte == '.' ||
            byte == '_' || byte == '~') {
            to.push_back(byte);
        } else {
            to.push_back('%');
            to.push_back(hex[code >> 4]);
            to.push_back(hex[code & 0x0fU]);
        }
    }
}

}  // namespace belay::wire
