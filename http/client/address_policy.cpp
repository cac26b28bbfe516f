#include "http/client/address_policy.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace belay::client {
namespace {

namespace ip = boost::asio::ip;

constexpr AddressVerdict allowed = AddressVerdict::allowed;
constexpr AddressVerdict private_use = AddressVerdict::private_use;
constexpr AddressVerdict never = AddressVerdict::never;

struct RangeV4 {
    std::array<unsigned char, 4> first;
    unsigned prefix_bits;
    AddressVerdict verdict;
};

// The IANA IPv4 special-purpose address registry. No two overlap.
// clang-format off: a table
constexpr RangeV4 ranges_v4[] = {
    {{0, 0, 0, 0},      8, never},        // "this network"; connects to this machine
    {{10, 0, 0, 0},     8, private_use},
    {{100, 64, 0, 0},  10, private_use},  // shared with a carrier, RFC 6598
    {{127, 0, 0, 0},    8, private_use},  // loopback
    {{169, 254, 0, 0}, 16, private_use},  // link-local, and the metadata service of clouds
    {{172, 16, 0, 0},  12, private_use},
    {{192, 0, 0, 0},   24, never},        // protocol assignments
    {{192, 0, 2, 0},   24, never},        // documentation
    {{192, 88, 99, 0}, 24, never},        // the 6to4 relays of old, RFC 7526
    {{192, 168, 0, 0}, 16, private_use},
    {{198, 18, 0, 0},  15, never},        // benchmarks, RFC 2544
    {{198, 51, 100, 0}, 24, never},       // documentation
    {{203, 0, 113, 0}, 24, never},        // documentation
    {{224, 0, 0, 0},    4, never},        // multicast
    {{240, 0, 0, 0},    4, never},        // reserved, and broadcast
};

struct RangeV6 {
    std::array<unsigned char, 16> first;
    unsigned prefix_bits;
    AddressVerdict verdict;
};

// The first that fits counts; what fits none is never called, as only 2000::/3 is given out as
// unicast addresses of the Internet (RFC 4291 2.4).
constexpr RangeV6 ranges_v6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, private_use},  // loopback
    {{0xfc},                        7, private_use},  // unique local
    {{0xfe, 0x80},                 10, private_use},  // link-local
    {{0xfe, 0xc0},                 10, private_use},  // site-local, RFC 3879
    {{0x20, 0x01},                 23, never},        // protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8},     32, never},        // documentation
    {{0x3f, 0xff},                 20, never},        // documentation, RFC 9637
    {{0x20},                        3, allowed},
};
// clang-format on

template <std::size_t size>
bool has_prefix(const std::array<unsigned char, size>& address,
                const std::array<unsigned char, size>& first, unsigned bits) noexcept {
    const std::size_t whole = bits / 8;
    if (!std::equal(first.begin(), first.begin() + whole, address.begin())) {
        return false;
    }
    const unsigned rest = bits % 8;
    return rest == 0 || (address[whole] ^ first[whole]) >> (8 - rest) == 0;
}

AddressVerdict classify_v4(const ip::address_v4& address) noexcept {
    const ip::address_v4::bytes_type bytes = address.to_bytes();
    for (const RangeV4& range : ranges_v4) {
        if (has_prefix(bytes, range.first, range.prefix_bits)) {
            return range.verdict;
        }
    }
    return allowed;
}

/// The IPv4 address that this one stands for.
std::optional<ip::address_v4> inner_v4(const ip::address_v6& address) noexcept {
    struct Carrier {
        std::array<unsigned char, 16> first;
        unsigned prefix_bits;
        std::size_t place;  // of the IPv4 address, in bytes
    };
    constexpr Carrier carriers[] = {
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},  // mapped, RFC 4291 2.5.5.2
        {{0x00, 0x64, 0xff, 0x9b}, 96, 12},                    // NAT64, RFC 6052 2.1
        {{0x20, 0x02}, 16, 2},                                 // 6to4, RFC 3056 2
    };
    const ip::address_v6::bytes_type bytes = address.to_bytes();
    for (const Carrier& carrier : carriers) {
        if (has_prefix(bytes, carrier.first, carrier.prefix_bits)) {
            ip::address_v4::bytes_type inner;
            std::copy_n(bytes.begin() + carrier.place, inner.size(), inner.begin());
            return ip::address_v4(inner);
        }
    }
    return std::nullopt;
}

AddressVerdict classify_v6(const ip::address_v6& address) noexcept {
    if (const std::optional<ip::address_v4> inner = inner_v4(address)) {
        return classify_v4(*inner);
    }
    const ip::address_v6::bytes_type bytes = address.to_bytes();
    for (const RangeV6& range : ranges_v6) {
        if (has_prefix(bytes, range.first, range.prefix_bits)) {
            return range.verdict;
        }
    }
    return never;
}

/// One form for what is one address: to compare.
ip::address plain(const ip::address& address) noexcept {
    if (address.is_v4()) {
        return address;
    }
    if (const std::optional<ip::address_v4> inner = inner_v4(address.to_v6())) {
        return *inner;
    }
    return ip::address_v6(address.to_v6().to_bytes());  // without the zone
}

/// RFC 6761 6.3: every name under it means this machine.
bool is_localhost(std::string_view host) noexcept {
    return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

AddressVerdict classify(const ip::address& address) noexcept {
    return address.is_v4() ? classify_v4(address.to_v4()) : classify_v6(address.to_v6());
}

AddressPolicy::AddressPolicy(AddressRules rules) : rules_(std::move(rules)) {}

std::string_view AddressPolicy::refusal(const Url& url) const noexcept {
    if (!rules_.allow_private && is_localhost(url.host)) {
        return "the host is this machine";
    }
    return url.address ? refusal(*url.address, url.port) : port_refusal(url.port);
}

std::string_view AddressPolicy::refusal(const ip::address& address,
                                        std::uint16_t port) const noexcept {
    switch (classify(address)) {
        case AddressVerdict::never:
            return "the address is not one of the Internet";
        case AddressVerdict::private_use:
            if (!rules_.allow_private) {
                return "the address is private";
            }
            break;
        case AddressVerdict::allowed:
            break;
    }
    return is_own(address, port) ? "the address is this server's" : port_refusal(port);
}

std::string_view AddressPolicy::port_refusal(std::uint16_t port) const noexcept {
    const bool is_allowed =
        rules_.allow_private || rules_.ports.empty() ||
        std::find(rules_.ports.begin(), rules_.ports.end(), port) != rules_.ports.end();
    return is_allowed && port != 0 ? std::string_view() : "the port is not allowed";
}

bool AddressPolicy::is_own(const ip::address& address, std::uint16_t port) const noexcept {
    for (const OwnEndpoint& own : rules_.own) {
        if (own.port == port && plain(own.address) == plain(address)) {
            return true;
        }
    }
    return false;
}

}  // namespace belay::client
