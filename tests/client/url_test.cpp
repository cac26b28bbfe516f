#include "http/client/url.hpp"

#include <boost/test/unit_test.hpp>

#include "http/client/address_policy.hpp"

using namespace belay;
using client::parse_url;

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(takes_what_is_plain) {
    struct Case {
        const char* text;
        const char* host;
        std::uint16_t port;
        const char* target;
        const char* authority;
    };
    const Case cases[] = {
        {"https://example.com", "example.com", 443, "/", "example.com"},
        {"HTTPS://Example.COM/A?b=%2f", "example.com", 443, "/A?b=%2f", "example.com"},
        {"https://example.com?x", "example.com", 443, "/?x", "example.com"},
        {"https://example.com:443/", "example.com", 443, "/", "example.com"},
        {"https://example.com:8443/", "example.com", 8443, "/", "example.com:8443"},
        {"http://example.com/", "example.com", 80, "/", "example.com"},
        {"http://example.com:443/", "example.com", 443, "/", "example.com:443"},
        {"https://8.8.8.8/@x", "8.8.8.8", 443, "/@x", "8.8.8.8"},
        {"https://[2A00:0:0::1]:1/", "2a00::1", 1, "/", "[2a00::1]:1"},
        {"https://1.2.3.4.example/", "1.2.3.4.example", 443, "/", "1.2.3.4.example"},
        {"https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/",
         "xn--bcher-kva.example"},
        {"http://midaz_ledger:3000/v1", "midaz_ledger", 3000, "/v1", "midaz_ledger:3000"},
        {"https://a:65535/", "a", 65535, "/", "a:65535"},
    };
    for (const Case& wanted : cases) {
        BOOST_TEST_CONTEXT(wanted.text) {
            const auto url = parse_url(wanted.text, true);
            BOOST_TEST_REQUIRE(url.has_value());
            BOOST_TEST(url->host == wanted.host);
            BOOST_TEST(url->port == wanted.port);
            BOOST_TEST(url->target == wanted.target);
            BOOST_TEST(url->authority() == wanted.authority);
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_every_other_form) {
    using namespace std::string_literals;
    const std::string cases[] = {
        "",
        "https://",
        "https:///",
        "https:/a/",
        "//a/",
        "a",
        "ftp://a/",
        "https//a/",
        " https://a/",
        "https://a/ ",
        "https://a /",
        "https://a\t/",
        "https://a\r\n/",
        "https://a/\n",
        "https://a\0/"s,
        "https://user@a/",
        "https://user:word@a/",
        "https://@a/",
        "https://a/#x",
        "https://a#x",
        "https://127.0.0.1#@b/",
        "https://127.0.0.1\\@b/",
        "https://a\\b/",
        "https://a/\\b",
        "https://a%2fb/",
        "https://%31%32%37.0.0.1/",
        "https://\xef\xbc\x91.1.1.1/",
        "https://\xef\xbc\x91/",
        "https://b\xc3\xbc"
        "cher.example/",
        "https://a/\xc3\xbc",
        // Numbers that some reader takes for an address.
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0X7F.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.01/",
        "https://127.0.0.1./",
        "https://127.0.0.256/",
        "https://127.0.0.1.5/",
        "https://127.0.0.0x1/",
        "https://a.0x/",
        "https://a.7/",
        "https://4294967296/",
        "https://00000000127.0.0.1/",
        "https://1.2.3./",
        // Names.
        "https://LOCALHOST./",
        "https://a./",
        "https://.a/",
        "https://a..b/",
        "https://-a/",
        "https://a-/",
        "https://a!/",
        "https://a,b/",
        "https://" + std::string(64, 'a') + "/",
        "https://" + std::string(63, 'a') + "." + std::string(63, 'a') + "." +
            std::string(63, 'a') + "." + std::string(62, 'a') + "/",
        // IPv6.
        "https://[::1/",
        "https://::1/",
        "https://[]/",
        "https://[1.2.3.4]/",
        "https://[::1]a/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%lo]/",
        "https://[::1]]/",
        "https://[a]/",
        "https://[v1.a]/",
        "https://[::127.1]/",
        "https://[ ::1]/",
        // Ports.
        "https://a:/",
        "https://a:0/",
        "https://a:00443/",
        "https://a:65536/",
        "https://a:+1/",
        "https://a:-1/",
        "https://a:4 3/",
        "https://a:44a/",
        "https://a:1:2/",
        "https://[::1]:/",
        // Targets.
        "https://a/%",
        "https://a/%4",
        "https://a/%zz",
        "https://a/<b>",
        "https://a/\"",
        "https://a?|",
    };
    for (const std::string& text : cases) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!parse_url(text, true).has_value());
        }
    }
    BOOST_TEST(!parse_url("http://a/", false).has_value());
}

BOOST_AUTO_TEST_CASE(bounds_the_length) {
    const std::string longest = "https://a/" + std::string(client::url_bytes_max - 10, 'b');
    BOOST_TEST(parse_url(longest, false).has_value());
    BOOST_TEST((parse_url(longest + "b", false).error() == Error::too_large));
}

BOOST_AUTO_TEST_CASE(what_is_loopback_is_refused_in_every_form) {
    const client::AddressPolicy policy{client::AddressRules{}};
    const char* cases[] = {
        "https://127.0.0.1/",
        "https://127.255.255.254/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://a.localhost/",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://[::7f00:1]/",
        "https://169.254.169.254/",
        "https://[fd00:ec2::254]/",
    };
    for (const char* text : cases) {
        BOOST_TEST_CONTEXT(text) {
            const auto url = parse_url(text, false);
            BOOST_TEST_REQUIRE(url.has_value());
            BOOST_TEST(!policy.refusal(*url).empty());
        }
    }
    BOOST_TEST(policy.refusal(*parse_url("https://localhost.example/", false)).empty());
}

BOOST_AUTO_TEST_SUITE_END()
