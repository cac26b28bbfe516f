// The server over real sockets: slow, greedy, rude and too many clients. The clock stands still
// until a test moves it, so that each deadline is met because of the deadline and not because of a
// delay.
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>

#include <boost/test/unit_test.hpp>

#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

namespace belay::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view get_ok = "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n";

struct Fixture {
    world::ManualClock clock{WallTime(Milliseconds(1'700'000'000'000))};
    TestServerOptions options{.clock = &clock};

    /// The server reads the clock when it is woken, at the latest.
    void pass(TestServer& server, Milliseconds time) {
        clock.advance(time);
        server.wake();
    }

    /// Waits until the server has received so many bytes.
    static void wait_received(const TestServer& server, std::uint64_t bytes) {
        while (server.metrics().bytes_received.value() < bytes) {
            std::this_thread::yield();
        }
    }
};

/// Moves time on until something has happened.
template <class Until>
void pass_until(Fixture& fixture, TestServer& server, Milliseconds step, Until until) {
    while (!until()) {
        fixture.clock.advance(step);
        server.wake();
        std::this_thread::yield();
    }
}

BOOST_FIXTURE_TEST_SUITE(limits, Fixture)

BOOST_AUTO_TEST_CASE(a_slow_head_is_answered_408) {
    TestServer server(options);
    RawClient client(server.port());
    client.send("GET /ok HTTP/1.1\r\n");
    wait_received(server, 18);
    pass_until(*this, server, 1s, [&] { return server.metrics().deadlines_missed.value() == 1; });
    const Answer answer = client.read();
    BOOST_TEST(answer.status == 408);
    BOOST_TEST(answer.field("Connection") == "close");
    BOOST_TEST(client.read_to_end());
}

BOOST_AUTO_TEST_CASE(a_dripping_head_is_not_given_more_time) {
    TestServer server(options);
    RawClient client(server.port());
    std::uint64_t sent = 0;
    for (const char byte : std::string_view("GET /ok HTT")) {
        client.send({&byte, 1});
        wait_received(server, ++sent);
        pass(server, 900ms);
    }
    // Eleven bytes and 9.9 s: the rest of the ten seconds ends it, not another ten.
    BOOST_TEST(server.metrics().deadlines_missed.value() == 0u);
    pass(server, 200ms);
    BOOST_TEST(client.read().status == 408);
}

BOOST_AUTO_TEST_CASE(a_dripping_body_is_cut) {
    TestServer server(options);
    for (const std::string path : {"/echo", "/count"}) {
        RawClient client(server.port());
        const std::uint64_t before = server.metrics().deadlines_missed.value();
        const std::uint64_t received = server.metrics().bytes_received.value();
        const std::string head = "POST " + path +
                                 " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                                 "Content-Length: 1000\r\n\r\n{";
        client.send(head);
        wait_received(server, received + head.size());
        client.send(" ");
        wait_received(server, received + head.size() + 1);
        pass_until(*this, server, 1s,
                   [&] { return server.metrics().deadlines_missed.value() > before; });
        const Answer answer = client.read();
        BOOST_TEST(answer.status == 408);
        BOOST_TEST(answer.field("Connection") == "close");
        BOOST_TEST(client.read_to_end());
    }
    BOOST_TEST(server.handlers().executed == 0);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_silently) {
    TestServer server(options);
    RawClient client(server.port());
    client.send(get_ok);
    BOOST_TEST(client.read().status == 200);
    pass_until(*this, server, 5s, [&] { return server.metrics().connections_open.value() == 0; });
    BOOST_TEST(client.read_to_end());
    BOOST_TEST(client.rest().empty());
    BOOST_TEST(server.metrics().deadlines_missed.value() == 0u);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_cut) {
    TestServer server(options);
    RawClient client(server.port(), 4096);
    const std::string_view request = "GET /flow/50000000 HTTP/1.1\r\nHost: h\r\n\r\n";
    client.send(request);
    // Before, the clock would end an idle connection, in silence.
    wait_received(server, request.size());
    pass_until(*this, server, 5s, [&] { return server.metrics().deadlines_missed.value() == 1; });
    server.wait_until_closed();
    BOOST_TEST(server.metrics().bytes_sent.value() < 50'000'000u);
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_and_does_not_read_is_not_read) {
    TestServer server(options);
    RawClient client(server.port(), 4096);
    const std::string request = "GET /large/60000 HTTP/1.1\r\nHost: h\r\n\r\n";
    std::string many;
    for (int at = 0; at < 20'000; ++at) {
        many += request;
    }
    client.send_some(many);
    wait_received(server, 1);  // before, the clock would end an idle connection, in silence
    // Goes on until neither side's buffers take more.
    pass_until(*this, server, 1s, [&] {
        client.send_some(many);
        return server.metrics().deadlines_missed.value() == 1;
    });
    BOOST_TEST(server.metrics().bytes_received.value() < many.size());
}

BOOST_AUTO_TEST_CASE(after_a_refusal_the_rest_is_dropped_for_a_while) {
    TestServer server(options);
    RawClient client(server.port());
    client.send("nonsense\r\n\r\n");
    BOOST_TEST(client.read().status == 400);
    client.send(std::string(10'000, 'x'));
    BOOST_TEST(client.read_to_end());  // the half-close is there at once, and no reset
    pass_until(*this, server, 1s, [&] { return server.metrics().connections_open.value() == 0; });
}

BOOST_AUTO_TEST_CASE(after_a_refusal_what_was_sent_already_does_not_reset_the_answer) {
    TestServer server(options);
    RawClient client(server.port());
    client.send("nonsense\r\n\r\n" + std::string(1024 * 1024, 'x'));
    client.finish_sending();
    server.wait_until_closed();
    // Only now does the client look: the whole answer is there, and an end in order behind it.
    BOOST_TEST(client.read().status == 400);
    BOOST_TEST(client.read_to_end());
}

BOOST_AUTO_TEST_CASE(after_a_refusal_a_flood_is_not_read) {
    options.settings.linger_bytes_max = 100'000;
    TestServer server(options);
    RawClient client(server.port());
    client.send("nonsense\r\n\r\n" + std::string(1'000'000, 'x'));
    server.wait_until_closed();  // although the clock stands still
}

BOOST_AUTO_TEST_CASE(requests_behind_enough_output_are_not_taken_up) {
    TestServer server(options);
    RawClient client(server.port(), 4096);
    std::string many;
    for (int at = 0; at < 20; ++at) {
        many += "GET /large/1000000 HTTP/1.1\r\nHost: h\r\n\r\n";
    }
    client.send(many);
    wait_received(server, many.size());
    pass_until(*this, server, 1s, [&] { return server.metrics().deadlines_missed.value() == 1; });
    server.wait_until_closed();
    // Twenty fit one batch, and only the first's bytes were ever made.
    BOOST_TEST(server.metrics().requests_by_class[2].value() == 1u);
}

BOOST_AUTO_TEST_CASE(handshakes_that_stand_still_leave_room_for_other_addresses) {
    const TestCertificate certificate = make_certificate();
    http::TlsContext context;
    BOOST_REQUIRE(load(context, certificate).has_value());
    options.tls = &context;
    options.settings.handshakes_max = 4;
    options.settings.handshakes_per_address_max = 3;
    TestServer server(options);
    std::vector<std::unique_ptr<RawClient>> stalled;
    for (int at = 0; at < 3; ++at) {
        stalled.push_back(std::make_unique<RawClient>(server.port()));
    }
    RawClient closed(server.port());
    closed.read_to_end();
    BOOST_TEST(server.metrics().connections_over_limit.value() == 1u);
    BOOST_TEST(server.metrics().connections_open.value() == 3u);
    // Who gives up makes room at once: the clock stands still.
    stalled.pop_back();
    while (server.metrics().connections_open.value() != 2) {
        std::this_thread::yield();
    }
    RawClient next(server.port());
    pass_until(*this, server, 1ms, [&] { return server.metrics().connections_open.value() == 3; });
    BOOST_TEST(server.metrics().connections_over_limit.value() == 1u);
}

BOOST_AUTO_TEST_CASE(a_reset_in_each_phase_leaves_nothing_behind) {
    TestServer server(options);
    const std::string upload =
        "POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc";
    const std::string echo =
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        "Content-Length: 10\r\n\r\n123";
    const std::string chunked =
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json"
        "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12";
    for (const std::string& bytes :
         {std::string(), std::string("GET /o"), echo, chunked, upload, std::string(get_ok)}) {
        const std::uint64_t before = server.metrics().bytes_received.value();
        RawClient client(server.port());
        client.send(bytes);
        wait_received(server, before + bytes.size());
        client.reset();
        server.wait_until_closed();
    }
    BOOST_TEST(server.handlers().executed == 0);
    BOOST_TEST(server.handlers().uploads_lost == 1);
}

BOOST_AUTO_TEST_CASE(more_connections_than_the_limit_wait) {
    options.settings.connections_max = 2;
    TestServer server(options);
    RawClient first(server.port());
    auto second = std::make_unique<RawClient>(server.port());
    first.send(get_ok);
    second->send(get_ok);
    BOOST_TEST(first.read().status == 200);
    BOOST_TEST(second->read().status == 200);
    RawClient third(server.port());
    third.send(get_ok);
    BOOST_TEST(server.metrics().connections_accepted.value() == 2u);
    second.reset();
    BOOST_TEST(third.read().status == 200);
    BOOST_TEST(server.metrics().connections_accepted.value() == 3u);
}

BOOST_AUTO_TEST_CASE(more_connections_from_an_address_than_its_limit_are_closed) {
    options.settings.connections_per_address_max = 1;
    TestServer server(options);
    RawClient first(server.port());
    first.send(get_ok);
    BOOST_TEST(first.read().status == 200);
    RawClient second(server.port());
    second.read_to_end();
    BOOST_TEST(second.rest().empty());
    BOOST_TEST(server.metrics().connections_over_limit.value() == 1u);
    first.send(get_ok);
    BOOST_TEST(first.read().status == 200);
}

#ifndef BELAY_ADDRESS_SANITIZER  // the check of vtables needs descriptors of its own

BOOST_AUTO_TEST_CASE(without_descriptors_accepting_pauses_and_goes_on) {
    TestServer server(options);
    RawClient first(server.port());
    first.send(get_ok);
    BOOST_TEST(first.read().status == 200);
    RawClient waiting(server.port());
    waiting.send(get_ok);
    BOOST_TEST(waiting.read().status == 200);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    // The client's own socket takes the last descriptor.
    const int probe = ::dup(0);
    ::close(probe);
    const rlimit tight{static_cast<rlim_t>(probe) + 1, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
    auto third = std::make_unique<RawClient>(server.port());
    third->send(get_ok);
    while (server.metrics().accept_pauses.value() == 0) {
        std::this_thread::yield();
    }
    // The clock stands still, so the pause does not end by itself and nothing spins.
    const std::uint64_t pauses = server.metrics().accept_pauses.value();
    for (int wake = 0; wake < 1000; ++wake) {
        server.wake();
    }
    BOOST_TEST(server.metrics().accept_pauses.value() == pauses);
    ::setrlimit(RLIMIT_NOFILE, &before);
    pass_until(*this, server, 100ms,
               [&] { return server.metrics().connections_accepted.value() == 3; });
    BOOST_TEST(third->read().status == 200);
}

#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::test
