// Names: what they resolve to is judged whole, at every call, and waited for no longer than the
// call may take.
#include <boost/test/unit_test.hpp>

#include "client_bench.hpp"
#include "http/client/system_resolver.hpp"
#include "scripted_server.hpp"

using namespace belay;
using namespace belay::test;
using client::Resolver;

namespace {

namespace ip = boost::asio::ip;

Resolver::Addresses addresses(std::initializer_list<const char*> texts) {
    std::vector<ip::address> made;
    for (const char* text : texts) {
        made.push_back(ip::make_address(text));
    }
    return made;
}

client::ClientSettings strict_settings() {
    client::ClientSettings settings = local_settings();
    settings.addresses.allow_private = false;
    settings.addresses.ports = {};
    return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(the_connection_goes_to_the_address_that_was_judged) {
    std::string received;
    ScriptedServer server([&](Peer& peer) {
        received = peer.read_request();
        peer.write("HTTP/1.1 200 \r\n\r\n");
    });
    ClientBench bench;
    std::string asked;
    int times = 0;
    bench.names.set([&](const std::string& host, const Resolver::Done& done) {
        asked = host;
        ++times;
        done(addresses({"127.0.0.1"}));
    });
    BOOST_TEST(summary(bench.get(server.url("Hooks.Example"))) == "200");
    BOOST_TEST(asked == "hooks.example");
    BOOST_TEST(times == 1);
    BOOST_TEST(received.find("\r\nHost: hooks.example:" + std::to_string(server.port())) !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_bad_address_refuses_all) {
    ScriptedServer server(answers("HTTP/1.1 200 \r\n\r\n"));
    for (const auto& mixed :
         {addresses({"127.0.0.1"}), addresses({"8.8.8.8", "127.0.0.1"}),
          addresses({"127.0.0.1", "8.8.8.8"}), addresses({"2a00::1", "8.8.8.8", "::ffff:10.0.0.1"}),
          addresses({"8.8.8.8", "fe80::1%1"}), addresses({"8.8.8.8", "0.0.0.0"})}) {
        ClientBench bench(strict_settings());
        bench.names.set([&](const std::string&, const Resolver::Done& done) { done(mixed); });
        const client::Outcome outcome = bench.get(server.url("hooks.example"));
        BOOST_TEST_REQUIRE(summary(outcome) == "refused_address");
        BOOST_TEST(!outcome.error().may_have_arrived);
    }
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(a_name_that_changes_is_judged_again) {
    ScriptedServer server(answers("HTTP/1.1 200 \r\n\r\n"));
    client::ClientSettings settings = local_settings();
    settings.addresses.own = {{ip::make_address("127.0.0.1"), server.port()}};
    ClientBench bench(settings);
    int times = 0;
    bench.names.set([&](const std::string&, const Resolver::Done& done) {
        done(++times == 1 ? addresses({"127.0.0.2"}) : addresses({"127.0.0.1"}));
    });
    // Nobody listens there, but it may be tried.
    BOOST_TEST(summary(bench.get(server.url("hooks.example"))) == "connect_failed");
    BOOST_TEST(summary(bench.get(server.url("hooks.example"))) == "refused_address");
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(the_next_address_is_tried_but_not_every_one) {
    ScriptedServer server(answers("HTTP/1.1 200 \r\n\r\n"));
    ClientBench bench;
    std::vector<const char*> made;
    bench.names.set([&](const std::string& host, const Resolver::Done& done) {
        done(host == "third.example"
                 ? addresses({"127.0.0.2", "127.0.0.3", "127.0.0.1"})
                 : addresses({"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1"}));
    });
    BOOST_TEST(summary(bench.get(server.url("third.example"))) == "200");
    BOOST_TEST(summary(bench.get(server.url("fifth.example"))) == "connect_failed");
}

BOOST_AUTO_TEST_CASE(a_thousand_addresses) {
    ScriptedServer server(answers("HTTP/1.1 200 \r\n\r\n"));
    std::vector<ip::address> many;
    for (unsigned number = 0; number < 1000; ++number) {
        many.push_back(ip::address_v4(0x08080000U + number));
    }
    many.push_back(ip::make_address("169.254.169.254"));
    ClientBench bench(strict_settings());
    bench.names.set([&](const std::string&, const Resolver::Done& done) { done(many); });
    BOOST_TEST(summary(bench.get(server.url("hooks.example"))) == "refused_address");
}

BOOST_AUTO_TEST_CASE(names_without_an_address) {
    ClientBench bench;
    BOOST_TEST(summary(bench.get("http://hooks.example/")) == "resolve_failed");
    bench.names.set([](const std::string&, const Resolver::Done& done) { done(addresses({})); });
    BOOST_TEST(summary(bench.get("http://hooks.example/")) == "resolve_failed");
    bench.names.set([](const std::string&, const Resolver::Done& done) { done(Error::exhausted); });
    BOOST_TEST(summary(bench.get("http://hooks.example/")) == "resolve_failed");
}

BOOST_AUTO_TEST_CASE(a_resolver_that_answers_too_late) {
    std::promise<Resolver::Done> asked;
    ClientBench bench;
    bench.names.set([&](const std::string&, const Resolver::Done& done) { asked.set_value(done); });
    auto outcome = bench.begin({}, "http://hooks.example/");
    const Resolver::Done done = asked.get_future().get();
    bench.advance(std::chrono::seconds(15));
    BOOST_TEST(summary(outcome.get()) == "timed_out");
    done(addresses({"127.0.0.1"}));
}

BOOST_AUTO_TEST_CASE(the_systems_resolver) {
    client::SystemResolver resolver;
    const auto look_up = [&](const std::string& host) {
        auto promise = std::make_shared<std::promise<Resolver::Addresses>>();
        resolver.resolve(
            host, [promise](const Resolver::Addresses& found) { promise->set_value(found); });
        return promise->get_future();
    };
    const Resolver::Addresses local = look_up("localhost").get();
    BOOST_TEST_REQUIRE(local.has_value());
    BOOST_TEST((*local)[0].is_loopback());
    BOOST_TEST(!look_up("no-such-name.invalid").get().has_value());
    // Each asker is answered, whether or not lookups are shared.
    std::vector<std::future<Resolver::Addresses>> askers;
    for (int times = 0; times < 100; ++times) {
        askers.push_back(look_up("localhost"));
    }
    for (auto& asker : askers) {
        BOOST_TEST(asker.get().has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_resolver_that_goes_answers_nobody_more) {
    for (int times = 0; times < 50; ++times) {
        bool gone = false;
        {
            client::SystemResolver resolver;
            for (const char* host : {"localhost", "a.localhost", "no-such-name.invalid"}) {
                resolver.resolve(host, [&gone](const Resolver::Addresses&) { BOOST_TEST(!gone); });
            }
        }
        gone = true;
    }
}

BOOST_AUTO_TEST_SUITE_END()
