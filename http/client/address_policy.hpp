// Which addresses belay may call for a tenant (reliability 6.3). Without it a webhook would be a
// way to reach, from inside, what the tenant cannot reach himself: the metadata service of the
// cloud, a database on the private network, belay's own administration.
//
// No I/O. Whoever connects resolves the name himself, has every address judged and connects to one
// of exactly these, at each attempt again.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "http/client/url.hpp"

namespace belay::client {

enum class AddressVerdict : std::uint8_t {
    allowed,
    /// Private, shared, loopback or link-local: allowed by AddressRules::allow_private.
    private_use,
    /// Nobody's unicast address on the Internet: unspecified, multicast, reserved, documentation.
    never,
};

/// By the registries of special-purpose addresses (RFC 6890 and its updates) and reliability 6.3.
/// An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is what that one is.
AddressVerdict classify(const boost::asio::ip::address& address) noexcept;

/// A place on which this program listens.
struct OwnEndpoint {
    /// The unspecified address is replaced by own_endpoints() before (own_endpoints.hpp).
    boost::asio::ip::address address;
    std::uint16_t port = 0;
};

struct AddressRules {
    /// Private networks and this machine too, and any port: for tests, and for those who trust
    /// whoever registers a target.
    bool allow_private = false;
    /// The ports that may be called; empty: any. Not looked at with allow_private.
    std::vector<std::uint16_t> ports{80, 443, 8080, 8443};
    /// Never called, whatever else is allowed.
    std::vector<OwnEndpoint> own{};
};

/// Thread-safe: nothing changes after construction.
class AddressPolicy {
  public:
    explicit AddressPolicy(AddressRules rules);

    /// What can be told without resolving the host: the port, "localhost", an address. Empty if it
    /// may be tried, else why not, as a tenant may see it. For the moment of registration; every
    /// call asks again.
    std::string_view refusal(const Url& url) const noexcept;

    /// Whether a connection to this address, of whatever name, may be made.
    std::string_view refusal(const boost::asio::ip::address& address,
                             std::uint16_t port) const noexcept;

  private:
    std::string_view port_refusal(std::uint16_t port) const noexcept;
    bool is_own(const boost::asio::ip::address& address, std::uint16_t port) const noexcept;

    const AddressRules rules_;
};

}  // namespace belay::client
