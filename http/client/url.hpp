// The URL of a server that belay calls, read by one strict parser: what is judged is what is
// connected to, so there is no second reading of any text (reliability 6.3).
//
// RFC 3986 without its options: an absolute URL of scheme https, or http where the caller allows
// it; no userinfo, no fragment, nothing but ASCII. A host whose last label is a number is an IPv4
// address and must have the canonical dotted form; "127.1", "0x7f000001" and "2130706433", which
// some libraries take for addresses and others for names, are no URL here. Nor is a host that ends
// with a dot or holds a percent sign.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "core/base/result.hpp"

namespace belay::client {

inline constexpr std::size_t url_bytes_max = 2048;

struct Url {
    bool is_https = true;
    /// In lower case; an IPv6 address without its brackets, in canonical form.
    std::string host;
    /// The host, if it is an address.
    std::optional<boost::asio::ip::address> address;
    /// Of the scheme if the text has none.
    std::uint16_t port = 0;
    /// Path and query as they came; "/" if there is none.
    std::string target;

    /// The Host field: the host, in brackets if it is IPv6, and the port unless it is the scheme's.
    std::string authority() const;

    /// Scheme, host and port: equal for what is the same origin.
    std::string origin() const;
};

/// Error::malformed, or too_large.
result<Url> parse_url(std::string_view text, bool allow_http);

}  // namespace belay::client
