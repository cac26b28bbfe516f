// Calls over plain TCP, to servers that answer well, badly or not at all.
#include <boost/test/unit_test.hpp>

#include "client_bench.hpp"
#include "scripted_server.hpp"

using namespace belay;
using namespace belay::test;

namespace {

constexpr Milliseconds call_timeout = std::chrono::seconds(15);

/// Lets the test wait for what happens in a script.
class Signal {
  public:
    void give() { promise_.set_value(); }
    void await() { promise_.get_future().wait(); }

  private:
    std::promise<void> promise_;
};

/// The clock is moved once the server has `asked`; then the call's time is over.
std::string outcome_after_timeout(ScriptedServer::Script before, ScriptedServer::Script after) {
    Signal reached;
    ScriptedServer server([&](Peer& peer) {
        before(peer);
        reached.give();
        after(peer);
        peer.wait_for_end();
    });
    ClientBench bench;
    auto outcome = bench.begin({}, server.url());
    reached.await();
    bench.advance(call_timeout - Milliseconds(1));
    BOOST_TEST((outcome.wait_for(Milliseconds(0)) == std::future_status::timeout));
    bench.advance(Milliseconds(1));
    return summary(outcome.get());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(calls)

BOOST_AUTO_TEST_CASE(what_is_sent_and_what_comes_back) {
    std::string received;
    ScriptedServer server([&](Peer& peer) {
        received = peer.read_request();
        peer.write(
            "HTTP/1.1 202 Accepted\r\nRetry-After: 7\r\nX-Id: abc\r\nContent-Length: 2\r\n\r\nok");
    });
    ClientBench bench;
    client::Request request;
    request.method = "POST";
    const std::string body("{\"a\":\0}\r\n", 9);
    request.body = body;
    request.fields = {{"Content-Type", "application/json"}, {"webhook-id", "e1"}};
    request.wanted = {"x-id", "x-none"};
    const client::Outcome outcome = bench.call(request, server.url() + "?a=%20b");
    BOOST_TEST_REQUIRE(summary(outcome) == "202");
    BOOST_TEST(outcome->body == "ok");
    BOOST_TEST(!outcome->is_cut);
    BOOST_TEST(outcome->fields.at(0) == "abc");
    BOOST_TEST(outcome->fields.at(1) == "");
    BOOST_TEST((outcome->retry_after == Milliseconds(7000)));
    const std::string host = "127.0.0.1:" + std::to_string(server.port());
    BOOST_TEST(received ==
               "POST /hook?a=%20b HTTP/1.1\r\nHost: " + host +
                   "\r\nContent-Type: application/json\r\nwebhook-id: e1\r\n"
                   "User-Agent: belay\r\nContent-Length: 9\r\nConnection: close\r\n\r\n" +
                   body);
}

BOOST_AUTO_TEST_CASE(a_get_has_no_length_and_a_post_always_one) {
    std::string received;
    ScriptedServer server([&](Peer& peer) {
        received = peer.read_request();
        peer.write("HTTP/1.1 200 \r\n\r\n");
    });
    {
        ClientBench bench;
        BOOST_TEST(summary(bench.get(server.url())) == "200");
        BOOST_TEST(received.find("Content-Length") == std::string::npos);
        BOOST_TEST(summary(bench.call({.method = "POST"}, server.url())) == "200");
        BOOST_TEST(received.find("\r\nContent-Length: 0\r\n") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_large_request_arrives_whole) {
    std::size_t received = 0;
    ScriptedServer server([&](Peer& peer) {
        received = peer.read_request().size();
        peer.write("HTTP/1.1 200 \r\n\r\n");
    });
    const std::string body(8 * 1024 * 1024, 'x');
    ClientBench bench;
    client::Request request;
    request.method = "POST";
    request.body = body;
    BOOST_TEST(summary(bench.call(request, server.url())) == "200");
    BOOST_TEST(received > body.size());
}

BOOST_AUTO_TEST_CASE(a_redirect_is_an_answer) {
    ScriptedServer other(answers("HTTP/1.1 200 \r\n\r\n"));
    ScriptedServer server(answers("HTTP/1.1 307 \r\nLocation: " + other.url() + "\r\n\r\n"));
    ClientBench bench;
    BOOST_TEST(summary(bench.get(server.url())) == "307");
    BOOST_TEST(other.connections() == 0);
}

BOOST_AUTO_TEST_CASE(no_proxy_is_taken_from_the_environment) {
    ScriptedServer proxy(answers("HTTP/1.1 418 \r\n\r\n"));
    ScriptedServer server(answers("HTTP/1.1 200 \r\n\r\n"));
    setenv("http_proxy", proxy.url().c_str(), 1);
    setenv("ALL_PROXY", proxy.url().c_str(), 1);
    ClientBench bench;
    BOOST_TEST(summary(bench.get(server.url())) == "200");
    BOOST_TEST(proxy.connections() == 0);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

BOOST_AUTO_TEST_CASE(a_huge_body_is_cut_by_closing) {
    std::size_t written = 0;
    {
        ScriptedServer server([&](Peer& peer) {
            peer.read_request();
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
            const std::string piece(64 * 1024, 'x');
            while (written < 1073741824 && peer.write(piece)) {
                written += piece.size();
            }
        });
        ClientBench bench;
        client::Request request;
        request.answer_bytes_max = 1024;
        const client::Outcome outcome = bench.call(request, server.url());
        BOOST_TEST_REQUIRE(summary(outcome) == "200");
        BOOST_TEST(outcome->is_cut);
        BOOST_TEST(outcome->body == std::string(1024, 'x'));
    }
    // What the sockets took, no more.
    BOOST_TEST(written < 64 * 1024 * 1024);
}

BOOST_AUTO_TEST_CASE(a_huge_head_is_refused) {
    ScriptedServer server([](Peer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\n");
        while (peer.write("X-Padding: " + std::string(1000, 'x') + "\r\n")) {
        }
    });
    ClientBench bench;
    BOOST_TEST(summary(bench.get(server.url())) == "answer_too_large");
}

BOOST_AUTO_TEST_CASE(answers_that_break_off_or_are_none) {
    for (const char* answer :
         {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "\x16\x03\x01garbage",
          "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nok"}) {
        BOOST_TEST_CONTEXT(answer) {
            ScriptedServer server(answers(answer));
            ClientBench bench;
            const client::Outcome outcome = bench.get(server.url());
            BOOST_TEST_REQUIRE(summary(outcome) == "broken_answer");
            BOOST_TEST(outcome.error().may_have_arrived);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_never_answers) {
    BOOST_TEST(outcome_after_timeout([](Peer& peer) { peer.read_request(); }, [](Peer&) {}) ==
               "timed_out");
}

BOOST_AUTO_TEST_CASE(a_server_that_never_reads) {
    BOOST_TEST(outcome_after_timeout([](Peer&) {}, [](Peer&) {}) == "timed_out");
}

BOOST_AUTO_TEST_CASE(a_server_that_never_ends_its_answer) {
    const auto half = [](Peer& peer) {
        peer.read_request();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok");
    };
    BOOST_TEST(outcome_after_timeout(half, [](Peer&) {}) == "timed_out");
}

BOOST_AUTO_TEST_CASE(a_slow_answer_in_time_is_one) {
    Signal asked;
    Signal moved;
    ScriptedServer server([&](Peer& peer) {
        peer.read_request();
        asked.give();
        moved.await();
        for (const char byte : std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            peer.write({&byte, 1});
        }
    });
    ClientBench bench;
    auto outcome = bench.begin({}, server.url());
    asked.await();
    bench.advance(call_timeout - Milliseconds(1));
    moved.give();
    BOOST_TEST(summary(outcome.get()) == "200");
}

BOOST_AUTO_TEST_CASE(nobody_listens) {
    std::string url;
    {
        ScriptedServer server([](Peer&) {});
        url = server.url();
    }
    ClientBench bench;
    const client::Outcome outcome = bench.get(url);
    BOOST_TEST_REQUIRE(summary(outcome) == "connect_failed");
    BOOST_TEST(!outcome.error().may_have_arrived);
}

BOOST_AUTO_TEST_CASE(an_ipv6_address) {
    std::unique_ptr<ScriptedServer> server;
    std::string received;
    try {
        server = std::make_unique<ScriptedServer>(
            [&](Peer& peer) {
                received = peer.read_request();
                peer.write("HTTP/1.1 200 \r\n\r\n");
            },
            nullptr, "::1");
    } catch (const boost::system::system_error&) {
        BOOST_TEST_MESSAGE("skipped: this machine has no IPv6");
        return;
    }
    ClientBench bench;
    BOOST_TEST(summary(bench.get(server->url("[::1]"))) == "200");
    BOOST_TEST(received.find("\r\nHost: [::1]:" + std::to_string(server->port()) + "\r\n") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_mapped_address_is_reached_as_what_it_is) {
    ScriptedServer server(answers("HTTP/1.1 200 \r\n\r\n"));
    ClientBench bench;
    BOOST_TEST(summary(bench.get(server.url("[::ffff:127.0.0.1]"))) == "200");
}

BOOST_AUTO_TEST_CASE(refused_before_anything_is_done) {
    ScriptedServer server(answers("HTTP/1.1 200 \r\n\r\n"));
    client::ClientSettings settings = local_settings();
    settings.addresses.allow_private = false;
    settings.addresses.ports = {};
    {
        ClientBench bench(settings);
        bench.names.set([](const std::string&, const client::Resolver::Done&) {
            BOOST_ERROR("nothing is looked up");
        });
        BOOST_TEST(summary(bench.get(server.url())) == "refused_address");
        BOOST_TEST(summary(bench.get(server.url("localhost"))) == "refused_address");
        BOOST_TEST(summary(bench.get("http://127.1/")) == "bad_url");
        BOOST_TEST(summary(bench.get("ftp://a/")) == "bad_url");
    }
    settings = local_settings();
    settings.allow_http = false;
    ClientBench https_only(settings);
    BOOST_TEST(summary(https_only.get(server.url())) == "bad_url");
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_calls_at_once) {
    Signal asked;
    ScriptedServer server([&](Peer& peer) {
        peer.read_request();
        asked.give();
        peer.wait_for_end();
    });
    ClientBench bench;
    // One that waits for an answer, one that waits for a name.
    auto answer = bench.begin({}, server.url());
    asked.await();
    Signal looked_up;
    bench.names.set([&](const std::string&, const client::Resolver::Done&) { looked_up.give(); });
    auto name = bench.begin({}, "http://nowhere.example/");
    looked_up.await();
    bench.stop_client();
    BOOST_TEST(summary(answer.get()) == "stopped");
    BOOST_TEST(summary(name.get()) == "stopped");
    BOOST_TEST(summary(bench.get(server.url())) == "stopped");
}

BOOST_AUTO_TEST_CASE(many_calls_wait_at_once) {
    constexpr int count = 200;
    std::atomic<int> waiting{0};
    Signal all;
    std::promise<void> go;
    const std::shared_future<void> gone = go.get_future().share();
    ScriptedServer server([&](Peer& peer) {
        peer.read_request();
        if (++waiting == count) {
            all.give();
        }
        gone.wait();
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    ClientBench bench;
    std::vector<std::future<client::Outcome>> outcomes;
    for (int times = 0; times < count; ++times) {
        outcomes.push_back(bench.begin({}, server.url()));
    }
    all.await();
    go.set_value();
    for (auto& outcome : outcomes) {
        BOOST_TEST(summary(outcome.get()) == "200");
    }
}

BOOST_AUTO_TEST_SUITE_END()
