#include "http/client/address_policy.hpp"

#include <boost/test/unit_test.hpp>

#include "http/client/own_endpoints.hpp"

using namespace belay::client;
namespace ip = boost::asio::ip;

namespace {

char verdict_of(const std::string& address) {
    switch (classify(ip::make_address(address))) {
        case AddressVerdict::allowed:
            return '+';
        case AddressVerdict::private_use:
            return 'p';
        case AddressVerdict::never:
            return '-';
    }
    return '?';
}

struct Range {
    const char* before;
    char before_verdict;
    const char* first;
    const char* last;
    char verdict;
    const char* after;
    char after_verdict;
};

// nullptr: there is no such neighbour.
// clang-format off: a table
constexpr Range ranges[] = {
    {nullptr, ' ', "0.0.0.0", "0.255.255.255", '-', "1.0.0.0", '+'},
    {"9.255.255.255", '+', "10.0.0.0", "10.255.255.255", 'p', "11.0.0.0", '+'},
    {"100.63.255.255", '+', "100.64.0.0", "100.127.255.255", 'p', "100.128.0.0", '+'},
    {"126.255.255.255", '+', "127.0.0.0", "127.255.255.255", 'p', "128.0.0.0", '+'},
    {"169.253.255.255", '+', "169.254.0.0", "169.254.255.255", 'p', "169.255.0.0", '+'},
    {"172.15.255.255", '+', "172.16.0.0", "172.31.255.255", 'p', "172.32.0.0", '+'},
    {"191.255.255.255", '+', "192.0.0.0", "192.0.0.255", '-', "192.0.1.0", '+'},
    {"192.0.1.255", '+', "192.0.2.0", "192.0.2.255", '-', "192.0.3.0", '+'},
    {"192.88.98.255", '+', "192.88.99.0", "192.88.99.255", '-', "192.88.100.0", '+'},
    {"192.167.255.255", '+', "192.168.0.0", "192.168.255.255", 'p', "192.169.0.0", '+'},
    {"198.17.255.255", '+', "198.18.0.0", "198.19.255.255", '-', "198.20.0.0", '+'},
    {"198.51.99.255", '+', "198.51.100.0", "198.51.100.255", '-', "198.51.101.0", '+'},
    {"203.0.112.255", '+', "203.0.113.0", "203.0.113.255", '-', "203.0.114.0", '+'},
    {"223.255.255.255", '+', "224.0.0.0", "239.255.255.255", '-', "240.0.0.0", '-'},
    {"239.255.255.255", '-', "240.0.0.0", "255.255.255.255", '-', nullptr, ' '},
    {nullptr, ' ', "::", "::", '-', "::1", 'p'},
    {"::", '-', "::1", "::1", 'p', "::2", '-'},
    {"::fffe:ffff:ffff", '-', "::ffff:127.0.0.0", "::ffff:127.255.255.255", 'p',
     "::ffff:128.0.0.0", '+'},
    {"::ffff:9.255.255.255", '+', "::ffff:10.0.0.0", "::ffff:10.255.255.255", 'p',
     "::ffff:11.0.0.0", '+'},
    {"::ffff:255.255.255.255", '-', "::1:0:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", '-',
     "64:ff9b::", '-'},
    {"64:ff9b::9.255.255.255", '+', "64:ff9b::a00:0", "64:ff9b::aff:ffff", 'p',
     "64:ff9b::b00:0", '+'},
    {"64:ff9b::808:808", '+', "64:ff9b::1:0:0", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", '-',
     "64:ff9b:1::", '-'},
    {"64:ff9b::", '-', "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", '-',
     "64:ff9b:2::", '-'},
    {"ff::", '-', "100::", "100::ffff:ffff:ffff:ffff", '-', "100:0:0:1::", '-'},
    {"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '-', "2000::",
     "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '+', "2001::", '-'},
    {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '+', "2001::",
     "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", '-', "2001:200::", '+'},
    {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", '+', "2001:db8::",
     "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", '-', "2001:db9::", '+'},
    {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '+', "2002::",
     "2002:ff:ffff:ffff:ffff:ffff:ffff:ffff", '-', "2002:100::", '+'},
    {"2002:9ff:ffff::", '+', "2002:a00::", "2002:aff:ffff::", 'p', "2002:b00::", '+'},
    {"2002:dfff:ffff::", '+', "2002:e000::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '-',
     "2003::", '+'},
    {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '+', "3fff::",
     "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", '-', "3fff:1000::", '+'},
    {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '+', "4000::",
     "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '-', "fc00::", 'p'},
    {"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '-', "fc00::",
     "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 'p', "fe00::", '-'},
    {"fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '-', "fe80::",
     "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 'p', "fec0::", 'p'},
    {"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 'p', "fec0::",
     "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 'p', "ff00::", '-'},
    {"feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 'p', "ff00::",
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", '-', nullptr, ' '},
};
// clang-format on

Url url_of(const char* text) {
    return belay::client::parse_url(text, true).value();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(address_policy)

BOOST_AUTO_TEST_CASE(every_range_begins_and_ends_where_it_should) {
    for (const Range& range : ranges) {
        BOOST_TEST_CONTEXT(range.first) {
            BOOST_TEST(verdict_of(range.first) == range.verdict);
            BOOST_TEST(verdict_of(range.last) == range.verdict);
            if (range.before != nullptr) {
                BOOST_TEST(verdict_of(range.before) == range.before_verdict);
            }
            if (range.after != nullptr) {
                BOOST_TEST(verdict_of(range.after) == range.after_verdict);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_zone_changes_nothing) {
    BOOST_TEST(verdict_of("fe80::1%1") == 'p');
}

BOOST_AUTO_TEST_CASE(private_addresses_are_allowed_by_a_switch_others_never) {
    const AddressPolicy strict{AddressRules{}};
    const AddressPolicy open{AddressRules{.allow_private = true}};
    const ip::address loopback = ip::make_address("127.0.0.1");
    const ip::address multicast = ip::make_address("224.0.0.1");
    BOOST_TEST(strict.refusal(loopback, 443) == "the address is private");
    BOOST_TEST(open.refusal(loopback, 443) == "");
    BOOST_TEST(strict.refusal(multicast, 443) != "");
    BOOST_TEST(open.refusal(multicast, 443) != "");
    BOOST_TEST(open.refusal(ip::make_address("0.0.0.0"), 443) != "");
    BOOST_TEST(strict.refusal(url_of("https://localhost/")) == "the host is this machine");
    BOOST_TEST(open.refusal(url_of("https://localhost/")) == "");
}

BOOST_AUTO_TEST_CASE(ports_are_a_list) {
    const AddressPolicy strict{AddressRules{}};
    const AddressPolicy any{AddressRules{.ports = {}}};
    const AddressPolicy open{AddressRules{.allow_private = true}};
    BOOST_TEST(strict.refusal(url_of("https://example.com/")) == "");
    BOOST_TEST(strict.refusal(url_of("https://example.com:8443/")) == "");
    BOOST_TEST(strict.refusal(url_of("https://example.com:22/")) == "the port is not allowed");
    BOOST_TEST(strict.refusal(url_of("https://8.8.8.8:6379/")) == "the port is not allowed");
    BOOST_TEST(any.refusal(url_of("https://example.com:22/")) == "");
    BOOST_TEST(open.refusal(url_of("https://example.com:22/")) == "");
    BOOST_TEST(any.refusal(ip::make_address("8.8.8.8"), 0) == "the port is not allowed");
}

BOOST_AUTO_TEST_CASE(this_server_is_never_called) {
    AddressRules rules{.allow_private = true};
    rules.own = {{ip::make_address("127.0.0.1"), 8080}, {ip::make_address("2a00::1"), 8080}};
    const AddressPolicy policy{rules};
    BOOST_TEST(policy.refusal(ip::make_address("127.0.0.1"), 8080) != "");
    BOOST_TEST(policy.refusal(ip::make_address("::ffff:127.0.0.1"), 8080) != "");
    BOOST_TEST(policy.refusal(ip::make_address("64:ff9b::7f00:1"), 8080) != "");
    BOOST_TEST(policy.refusal(ip::make_address("2a00::1"), 8080) != "");
    BOOST_TEST(policy.refusal(ip::make_address("127.0.0.1"), 8081) == "");
    BOOST_TEST(policy.refusal(ip::make_address("127.0.0.2"), 8080) == "");
}

BOOST_AUTO_TEST_CASE(the_unspecified_address_is_every_address_of_the_machine) {
    const auto own =
        own_endpoints({{ip::make_address("0.0.0.0"), 9}, {ip::make_address("8.8.8.8"), 7}});
    const auto has = [&](const char* address, std::uint16_t port) {
        return std::any_of(own.begin(), own.end(), [&](const OwnEndpoint& one) {
            return one.address == ip::make_address(address) && one.port == port;
        });
    };
    BOOST_TEST(has("127.0.0.1", 9));
    BOOST_TEST(has("8.8.8.8", 7));
    BOOST_TEST(!has("127.0.0.1", 7));
}

BOOST_AUTO_TEST_SUITE_END()
