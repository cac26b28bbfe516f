// Calls over TLS: whose certificates are believed, for which names.
#include <openssl/ssl.h>

#include <boost/test/unit_test.hpp>

#include "client_bench.hpp"
#include "scripted_server.hpp"

using namespace belay;
using namespace belay::test;

namespace {

/// Answers well and ends TLS in order.
void answer(Peer& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\n\r\nok");
    peer.finish();
}

/// What a call to `host` comes to if the server there shows `identity`.
client::Outcome call_over_tls(const Identity& identity, const std::string& trusted,
                              std::string_view host) {
    ScriptedServer server(answer, &identity);
    ClientBench bench(local_settings(), trusted);
    bench.names.set([](const std::string&, const client::Resolver::Done& done) {
        done(std::vector<boost::asio::ip::address>{boost::asio::ip::make_address("127.0.0.1")});
    });
    return bench.get(server.url(host));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(a_certificate_for_the_name_or_the_address) {
    const Authority authority;
    const Identity identity =
        authority.issue({.names = "DNS:hooks.example,DNS:*.wild.example,IP:127.0.0.1"});
    for (const char* host : {"hooks.example", "HOOKS.example", "a.wild.example", "127.0.0.1"}) {
        BOOST_TEST_CONTEXT(host) {
            const client::Outcome outcome = call_over_tls(identity, authority.certificate(), host);
            BOOST_TEST_REQUIRE(summary(outcome) == "200");
            BOOST_TEST(outcome->body == "ok");
        }
    }
    for (const char* host :
         {"other.example", "hooks.example.org", "wild.example", "a.b.wild.example"}) {
        BOOST_TEST_CONTEXT(host) {
            const client::Outcome outcome = call_over_tls(identity, authority.certificate(), host);
            BOOST_TEST_REQUIRE(summary(outcome) == "tls_failed");
            BOOST_TEST(outcome.error().what.find("hostname mismatch") != std::string::npos);
            BOOST_TEST(!outcome.error().may_have_arrived);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_address_is_no_name) {
    const Authority authority;
    const Identity named = authority.issue({.names = "DNS:127.0.0.1"});
    BOOST_TEST(summary(call_over_tls(named, authority.certificate(), "127.0.0.1")) == "tls_failed");
}

BOOST_AUTO_TEST_CASE(the_common_name_does_not_count) {
    const Authority authority;
    const Identity named = authority.issue({.names = "", .common_name = "hooks.example"});
    BOOST_TEST(summary(call_over_tls(named, authority.certificate(), "hooks.example")) ==
               "tls_failed");
}

BOOST_AUTO_TEST_CASE(an_authority_that_nobody_named) {
    const Authority authority;
    const Authority other;
    const Identity identity = authority.issue();
    BOOST_TEST(summary(call_over_tls(identity, other.certificate(), "localhost")) == "tls_failed");
    BOOST_TEST(summary(call_over_tls(identity, "", "localhost")) == "tls_failed");
    BOOST_TEST(summary(call_over_tls(identity, authority.certificate(), "localhost")) == "200");
    // Several in one text.
    BOOST_TEST(summary(call_over_tls(identity, other.certificate() + authority.certificate(),
                                     "localhost")) == "200");
}

BOOST_AUTO_TEST_CASE(times_of_a_certificate) {
    const Authority authority;
    const Identity expired = authority.issue({.begins_seconds = -7200, .ends_seconds = -60});
    const Identity early = authority.issue({.begins_seconds = 3600, .ends_seconds = 7200});
    const auto why = [&](const Identity& identity) {
        const client::Outcome outcome =
            call_over_tls(identity, authority.certificate(), "localhost");
        return outcome ? "none" : summary(outcome) + ": " + outcome.error().what;
    };
    BOOST_TEST(why(expired) == "tls_failed: the certificate is refused: certificate has expired");
    BOOST_TEST(why(early) ==
               "tls_failed: the certificate is refused: certificate is not yet valid");
}

BOOST_AUTO_TEST_CASE(a_text_without_a_certificate_is_no_trust) {
    BOOST_TEST(!client::Trust::load("nothing", "webhooks.ca_file").has_value());
    BOOST_TEST(client::Trust::load("nothing", "webhooks.ca_file").error().what ==
               "webhooks.ca_file holds no certificate");
}

BOOST_AUTO_TEST_CASE(an_end_that_anybody_could_have_made_is_none) {
    const Authority authority;
    const Identity identity = authority.issue();
    // No close_notify: the answer, which goes to the end of the connection, may be cut.
    ScriptedServer server(
        [](Peer& peer) {
            peer.read_request();
            peer.write("HTTP/1.1 200 OK\r\n\r\nok");
        },
        &identity);
    ClientBench bench(local_settings(), authority.certificate());
    BOOST_TEST(summary(bench.get(server.url())) == "broken_answer");
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_speak_tls) {
    ScriptedServer server([](Peer& peer) {
        peer.write("HTTP/1.1 200 OK\r\n\r\nok");
        peer.wait_for_end();
    });
    ClientBench bench;
    BOOST_TEST(summary(bench.get("https://127.0.0.1:" + std::to_string(server.port()))) ==
               "tls_failed");
}

BOOST_AUTO_TEST_CASE(a_handshake_that_stalls) {
    std::promise<void> connected;
    ScriptedServer server([&](Peer& peer) {
        connected.set_value();
        peer.wait_for_end();
    });
    ClientBench bench;
    auto outcome = bench.begin({}, "https://127.0.0.1:" + std::to_string(server.port()));
    connected.get_future().wait();
    bench.advance(std::chrono::seconds(15));
    BOOST_TEST(summary(outcome.get()) == "timed_out");
}

BOOST_AUTO_TEST_CASE(old_versions_are_refused) {
    const Authority authority;
    const Identity identity = authority.issue();
    const auto outcome_with = [&](int version) {
        ScriptedServer server(answer, &identity, "127.0.0.1", version);
        ClientBench bench(local_settings(), authority.certificate());
        return summary(bench.get(server.url()));
    };
    BOOST_TEST(outcome_with(TLS1_1_VERSION) == "tls_failed");
    BOOST_TEST(outcome_with(TLS1_2_VERSION) == "200");
    BOOST_TEST(outcome_with(TLS1_3_VERSION) == "200");
}

BOOST_AUTO_TEST_CASE(a_connection_with_tls_is_kept_too) {
    const Authority authority;
    const Identity identity = authority.issue();
    ScriptedServer server(
        [](Peer& peer) {
            while (!peer.read_request().empty()) {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        },
        &identity);
    client::ClientSettings settings = local_settings();
    settings.idle_per_origin_max = 1;
    ClientBench bench(settings, authority.certificate());
    for (int times = 0; times < 3; ++times) {
        BOOST_TEST(summary(bench.get(server.url())) == "200");
    }
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
