#include "http/client/own_endpoints.hpp"

#include <algorithm>
#include <memory>

#include <ifaddrs.h>
#include <netinet/in.h>

namespace belay::client {
namespace {

namespace ip = boost::asio::ip;

struct FreeInterfaces {
    void operator()(ifaddrs* first) const noexcept { freeifaddrs(first); }
};

std::vector<ip::address> machine_addresses() {
    std::vector<ip::address> found;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) {
        return found;
    }
    const std::unique_ptr<ifaddrs, FreeInterfaces> interfaces(first);
    for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr) {
            continue;
        }
        if (at->ifa_addr->sa_family == AF_INET) {
            const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
            found.emplace_back(ip::address_v4(ntohl(address->sin_addr.s_addr)));
        } else if (at->ifa_addr->sa_family == AF_INET6) {
            const auto* address = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr);
            ip::address_v6::bytes_type bytes;
            std::copy_n(address->sin6_addr.s6_addr, bytes.size(), bytes.begin());
            found.emplace_back(ip::address_v6(bytes));
        }
    }
    return found;
}

}  // namespace

std::vector<OwnEndpoint> own_endpoints(const std::vector<OwnEndpoint>& listening) {
    const std::vector<ip::address> machine = machine_addresses();
    std::vector<OwnEndpoint> own;
    for (const OwnEndpoint& endpoint : listening) {
        // Also itself: a connection to the unspecified address goes to this machine.
        own.push_back(endpoint);
        if (endpoint.address.is_unspecified()) {
            for (const ip::address& address : machine) {
                own.push_back({address, endpoint.port});
            }
        }
    }
    return own;
}

}  // namespace belay::client
