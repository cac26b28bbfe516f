// Connections that are kept for the next call.
#include <boost/test/unit_test.hpp>

#include "client_bench.hpp"
#include "scripted_server.hpp"

using namespace belay;
using namespace belay::test;

namespace {

constexpr const char* ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

client::ClientSettings keeping() {
    client::ClientSettings settings = local_settings();
    settings.idle_per_origin_max = 2;
    return settings;
}

void answer_all(Peer& peer) {
    while (!peer.read_request().empty()) {
        peer.write(ok);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool)

BOOST_AUTO_TEST_CASE(a_connection_serves_call_after_call) {
    ScriptedServer server(answer_all);
    ClientBench bench(keeping());
    for (int times = 0; times < 5; ++times) {
        BOOST_TEST(summary(bench.get(server.url())) == "200");
    }
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(without_a_pool_each_call_has_its_own) {
    ScriptedServer server(answer_all);
    ClientBench bench;
    BOOST_TEST(summary(bench.get(server.url())) == "200");
    BOOST_TEST(summary(bench.get(server.url())) == "200");
    BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(what_the_server_ends_or_spoils_is_not_used_again) {
    for (const std::string answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 "}) {
        BOOST_TEST_CONTEXT(answer) {
            ScriptedServer server([&](Peer& peer) {
                while (!peer.read_request().empty()) {
                    peer.write(answer);
                }
            });
            ClientBench bench(keeping());
            BOOST_TEST(summary(bench.get(server.url())) == "200");
            BOOST_TEST(summary(bench.get(server.url())) == "200");
            BOOST_TEST(server.connections() == 2);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_the_server_closed_meanwhile_is_passed_over) {
    std::promise<void> closed;
    std::atomic<bool> is_first{true};
    ScriptedServer server([&](Peer& peer) {
        peer.read_request();
        peer.write(ok);
        if (is_first.exchange(false)) {
            peer.close();
            closed.set_value();
        } else {
            peer.wait_for_end();
        }
    });
    ClientBench bench(keeping());
    BOOST_TEST(summary(bench.get(server.url())) == "200");
    closed.get_future().wait();
    BOOST_TEST(summary(bench.get(server.url())) == "200");
    BOOST_TEST(server.connections() == 2);
}

BOOST_AUTO_TEST_CASE(an_old_connection_is_closed) {
    std::promise<void> ended;
    ScriptedServer server([&](Peer& peer) {
        answer_all(peer);
        ended.set_value();
    });
    ClientBench bench(keeping());
    BOOST_TEST(summary(bench.get(server.url())) == "200");
    bench.advance(std::chrono::seconds(20));
    ended.get_future().wait();
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(origins_do_not_share) {
    ScriptedServer one(answer_all);
    ScriptedServer other(answer_all);
    ClientBench bench(keeping());
    BOOST_TEST(summary(bench.get(one.url())) == "200");
    BOOST_TEST(summary(bench.get(other.url())) == "200");
    BOOST_TEST(one.connections() == 1);
    BOOST_TEST(other.connections() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
