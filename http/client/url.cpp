#include "http/client/url.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "http/wire/chars.hpp"

namespace belay::client {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t name_bytes_max = 253;  // RFC 1035 2.3.4, without the root's dot
constexpr std::size_t label_bytes_max = 63;

bool take_ignoring_case(std::string_view& text, std::string_view prefix) {
    if (!wire::equals_ignoring_case(text.substr(0, prefix.size()), prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

/// At most 255, without zeros in front.
std::optional<unsigned char> octet_of(std::string_view text) {
    unsigned char value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole = error == std::errc() && end == text.data() + text.size();
    if (!is_whole || (text.size() > 1 && text.front() == '0')) {
        return std::nullopt;
    }
    return value;
}

/// What stands before the first `delimiter`; `text` goes on behind it.
std::string_view take_until(std::string_view& text, char delimiter) {
    const std::size_t size = std::min(text.find(delimiter), text.size());
    const std::string_view before = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    return before;
}

std::optional<ip::address> dotted(std::string_view host) {
    ip::address_v4::bytes_type bytes{};
    for (std::size_t place = 0; place < bytes.size(); ++place) {
        const std::optional<unsigned char> octet = octet_of(take_until(host, '.'));
        if (!octet || host.empty() != (place + 1 == bytes.size())) {
            return std::nullopt;
        }
        bytes[place] = *octet;
    }
    return ip::address_v4(bytes);
}

/// What some reader might take for a number in any base: then the whole host is an address or
/// nothing.
bool looks_like_number(std::string_view label) {
    if (wire::all_of_class(label, wire::chars::digit)) {
        return true;
    }
    return take_ignoring_case(label, "0x") && wire::all_of_class(label, wire::chars::hex_digit);
}

/// A label of RFC 1123 2.1; with the underscore, which names inside a container network have.
bool is_label(std::string_view label) {
    if (label.empty() || label.size() > label_bytes_max || label.front() == '-' ||
        label.back() == '-') {
        return false;
    }
    for (const char byte : label) {
        const bool is_letter = wire::to_lower(byte) >= 'a' && wire::to_lower(byte) <= 'z';
        if (!is_letter && !wire::is_digit(byte) && byte != '-' && byte != '_') {
            return false;
        }
    }
    return true;
}

bool is_name(std::string_view host) {
    if (host.empty() || host.size() > name_bytes_max || host.back() == '.') {
        return false;
    }
    while (!host.empty()) {
        if (!is_label(take_until(host, '.'))) {
            return false;
        }
    }
    return true;
}

bool read_bracketed(std::string_view text, Url& url) {
    // No zone: "%eth0" names an interface of ours.
    if (text.find('%') != std::string_view::npos) {
        return false;
    }
    boost::system::error_code error;
    const ip::address_v6 address = ip::make_address_v6(std::string(text), error);
    if (error) {
        return false;
    }
    url.address = address;
    url.host = address.to_string();
    return true;
}

bool read_host(std::string_view text, Url& url) {
    if (!is_name(text)) {
        return false;
    }
    if (looks_like_number(text.substr(text.rfind('.') + 1))) {
        url.address = dotted(text);
        url.host = text;
        return url.address.has_value();
    }
    for (const char byte : text) {
        url.host += wire::to_lower(byte);
    }
    return true;
}

bool read_port(std::string_view text, Url& url) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), url.port);
    return error == std::errc() && end == text.data() + text.size() && text.front() != '0';
}

/// Host and port; `text` ends before the path.
bool read_authority(std::string_view text, Url& url) {
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos || !read_bracketed(text.substr(1, close - 1), url)) {
            return false;
        }
        port = text.substr(close + 1);
    } else {
        const std::size_t size = std::min(text.find(':'), text.size());
        if (!read_host(text.substr(0, size), url)) {
            return false;
        }
        port = text.substr(size);
    }
    if (port.empty()) {
        url.port = url.is_https ? 443 : 80;
        return true;
    }
    return port.front() == ':' && port.size() > 1 && read_port(port.substr(1), url);
}

/// Path and query: RFC 3986 3.3 and 3.4, a percent sign only before two hex digits.
bool is_target(std::string_view text) {
    bool in_query = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%') {
            if (at + 2 >= text.size() || !wire::is_hex_digit(text[at + 1]) ||
                !wire::is_hex_digit(text[at + 2])) {
                return false;
            }
            continue;
        }
        in_query = in_query || text[at] == '?';
        if (!wire::is_class(text[at], in_query ? wire::chars::query : wire::chars::path)) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::string Url::authority() const {
    const bool is_v6 = address && address->is_v6();
    std::string text = is_v6 ? "[" + host + "]" : host;
    if (port != (is_https ? 443 : 80)) {
        text += ":" + std::to_string(port);
    }
    return text;
}

std::string Url::origin() const {
    return (is_https ? "https://" : "http://") + authority();
}

result<Url> parse_url(std::string_view text, bool allow_http) {
    if (text.size() > url_bytes_max) {
        return Error::too_large;
    }
    Url url;
    url.is_https = take_ignoring_case(text, "https://");
    if (!url.is_https && !(allow_http && take_ignoring_case(text, "http://"))) {
        return Error::malformed;
    }
    const std::size_t host_size = std::min(text.find_first_of("/?"), text.size());
    const std::string_view target = text.substr(host_size);
    // What could make another reader see another host is refused on the way: "@", "%" and a byte
    // above 0x7f are none of a host, a backslash and "#" of nothing.
    if (!read_authority(text.substr(0, host_size), url) || !is_target(target)) {
        return Error::malformed;
    }
    url.target = target.starts_with('/') ? "" : "/";
    url.target += target;
    return url;
}

}  // namespace belay::client
