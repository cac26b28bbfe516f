#include "http/wire/target.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "http/wire/chars.hpp"

namespace belay::wire {
namespace {

/// Where `text` stops being bytes of `mask` and well-formed percent-encoding, from `at` on.
std::size_t skip_encoded(std::string_view text, std::size_t at, std::uint8_t mask) noexcept {
    while (at < text.size()) {
        if (is_class(text[at], mask)) {
            ++at;
        } else if (text[at] == '%' && text.size() - at >= 3 && is_hex_digit(text[at + 1]) &&
                   is_hex_digit(text[at + 2])) {
            at += 3;
        } else {
            break;
        }
    }
    return at;
}

/// `text` is a path and maybe a query.
WireError parse_path_and_query(std::string_view text, Target& parts) noexcept {
    std::size_t end = skip_encoded(text, 0, chars::path);
    parts.path = text.substr(0, end);
    parts.query = text.substr(end, 0);
    if (end < text.size() && text[end] == '?') {
        const std::size_t begin = end + 1;
        end = skip_encoded(text, begin, chars::query);
        parts.query = text.substr(begin, end - begin);
        parts.has_query = true;
    }
    if (end == text.size()) {
        return WireError::none;
    }
    return text[end] == '%' ? WireError::malformed_percent_encoding : WireError::malformed_target;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) noexcept {
    return text.size() >= start.size() && equals_ignoring_case(text.substr(0, start.size()), start);
}

/// How many bytes an http scheme and its "://" take; 0 if it is none.
std::size_t scheme_size(std::string_view target) noexcept {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (starts_with_ignoring_case(target, scheme)) {
            return scheme.size();
        }
    }
    return 0;
}

WireError parse_absolute(std::string_view rest, Target& parts) noexcept {
    parts.form = TargetForm::absolute;
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    parts.authority = rest.substr(0, end);
    if (parts.authority.find('@') != std::string_view::npos) {
        return WireError::userinfo_in_target;
    }
    if (!is_host_and_port(parts.authority)) {
        return WireError::malformed_authority;
    }
    return parse_path_and_query(rest.substr(end), parts);
}

/// The one place of the port's colon; npos without one.
std::size_t port_colon(std::string_view text) noexcept {
    const std::size_t colon = text.rfind(':');
    const std::size_t bracket = text.rfind(']');
    const bool inside_literal = bracket != std::string_view::npos && colon < bracket;
    return inside_literal ? std::string_view::npos : colon;
}

bool has_port(std::string_view authority) noexcept {
    const std::size_t colon = port_colon(authority);
    return colon != std::string_view::npos && colon + 1 < authority.size();
}

bool is_port(std::string_view text) noexcept {
    constexpr unsigned port_max = 65535;
    unsigned port = 0;
    for (const char byte : text) {
        if (!is_digit(byte)) {
            return false;
        }
        port = port * 10 + (static_cast<unsigned char>(byte) - unsigned{'0'});
        if (port > port_max) {
            return false;
        }
    }
    return true;
}

/// dec-octet "." dec-octet "." dec-octet "." dec-octet, without leading zeros.
bool is_ipv4(std::string_view text) noexcept {
    for (int octet = 0; octet < 4; ++octet) {
        const std::size_t size = std::min(text.find('.'), text.size());
        const std::string_view digits = text.substr(0, size);
        if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0') ||
            !all_of_class(digits, chars::digit) || (digits.size() == 3 && digits > "255")) {
            return false;
        }
        text.remove_prefix(size);
        const bool last = octet == 3;
        if (last != text.empty()) {
            return false;
        }
        text.remove_prefix(last ? 0 : 1);
    }
    return true;
}

/// How many 16-bit groups the colon-separated `text` has; nothing if one is malformed. The last may
/// be an IPv4 address, which counts as two, if `ipv4_allowed`. An empty text has none.
std::optional<int> count_groups(std::string_view text, bool ipv4_allowed) noexcept {
    if (text.empty()) {
        return 0;
    }
    int groups = 0;
    while (true) {
        const std::size_t size = std::min(text.find(':'), text.size());
        const std::string_view group = text.substr(0, size);
        const bool last = size == text.size();
        if (last && ipv4_allowed && is_ipv4(group)) {
            return groups + 2;
        }
        if (group.empty() || group.size() > 4 || !all_of_class(group, chars::hex_digit)) {
            return std::nullopt;
        }
        ++groups;
        if (last) {
            return groups;
        }
        text.remove_prefix(size + 1);
    }
}

bool is_ipv6(std::string_view text) noexcept {
    constexpr int groups_all = 8;
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        return count_groups(text, true) == groups_all;
    }
    const std::optional<int> before = count_groups(text.substr(0, gap), false);
    const std::optional<int> after = count_groups(text.substr(gap + 2), true);
    // The gap stands for at least one group (RFC 3986 3.2.2).
    return before && after && *before + *after < groups_all;
}

/// "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
bool is_future_address(std::string_view text) noexcept {
    if (text.empty() || to_lower(text[0]) != 'v') {
        return false;
    }
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) {
        return false;
    }
    return all_of_class(text.substr(1, dot - 1), chars::hex_digit) &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dot) + 1, text.end(),
                       [](char byte) { return byte == ':' || is_class(byte, chars::host); });
}

bool is_host(std::string_view host) noexcept {
    if (host.empty()) {
        return false;
    }
    if (host.front() == '[') {
        if (host.size() < 3 || host.back() != ']') {
            return false;
        }
        const std::string_view literal = host.substr(1, host.size() - 2);
        return is_ipv6(literal) || is_future_address(literal);
    }
    return skip_encoded(host, 0, chars::host) == host.size();
}

}  // namespace

bool is_host_and_port(std::string_view text) noexcept {
    const std::size_t colon = port_colon(text);
    if (colon == std::string_view::npos) {
        return is_host(text);
    }
    return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

WireError parse_target(std::string_view target, Method method, Target& parts) noexcept {
    parts = {};
    if (method == Method::connect) {
        parts.form = TargetForm::authority;
        parts.authority = target;
        if (target.front() == '/' || target == "*" || scheme_size(target) != 0) {
            return WireError::target_form_not_for_method;
        }
        // RFC 9112 3.2.3: the port is not optional here.
        return is_host_and_port(target) && has_port(target) ? WireError::none
                                                            : WireError::malformed_authority;
    }
    if (target.front() == '/') {
        return parse_path_and_query(target, parts);
    }
    if (target == "*") {
        parts.form = TargetForm::asterisk;
        return method == Method::options ? WireError::none : WireError::target_form_not_for_method;
    }
    if (const std::size_t size = scheme_size(target); size != 0) {
        return parse_absolute(target.substr(size), parts);
    }
    return is_host_and_port(target) && has_port(target) ? WireError::target_form_not_for_method
                                                        : WireError::malformed_target;
}

}  // namespace belay::wire
