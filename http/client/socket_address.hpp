// The operating system's form of an address as ours.
#pragma once

#include <algorithm>
#include <optional>

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>

namespace belay::client {

/// None if it is of another family than IPv4 and IPv6. A link-local address keeps its zone.
inline std::optional<boost::asio::ip::address> address_of(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        return boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        boost::asio::ip::address_v6::bytes_type bytes;
        std::copy_n(v6.sin6_addr.s6_addr, bytes.size(), bytes.begin());
        return boost::asio::ip::address_v6(bytes, v6.sin6_scope_id);
    }
    return std::nullopt;
}

}  // namespace belay::client
