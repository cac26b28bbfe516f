#include "http/client/own_endpoints.hpp"

#include <memory>
#include <optional>

#include <ifaddrs.h>

#include "http/client/socket_address.hpp"

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
        if (const std::optional<ip::address> address = address_of(*at->ifa_addr)) {
            found.push_back(*address);
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
