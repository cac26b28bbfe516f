// The server over real sockets: what a well-behaved client sees.
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

namespace belay::test {
namespace {

std::string get(std::string_view path, std::string_view fields = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view fields = "") {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

std::string pattern(std::size_t bytes) {
    std::string text;
    for (std::size_t place = 0; place < bytes; ++place) {
        text.push_back(static_cast<char>('a' + place % 23));
    }
    return text;
}

std::string counted(std::string_view body) {
    std::uint64_t digest = 0;
    for (const char byte : body) {
        digest = digest * 31 + static_cast<unsigned char>(byte);
    }
    return std::to_string(body.size()) + " " + std::to_string(digest);
}

BOOST_AUTO_TEST_SUITE(server)

BOOST_AUTO_TEST_CASE(an_answer_has_its_fields) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/ok", "X-Request-Id: mine;\r\n"));
    const Answer answer = client.read();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == "ok");
    BOOST_TEST(answer.field("X-Request-ID") == "mine");
    BOOST_TEST(answer.field("X-Content-Type-Options") == "nosniff");
    BOOST_TEST(answer.field("Content-Type") == "text/plain");
    BOOST_TEST(answer.field("Date").size() == 29u);
    client.send(get("/ok"));
    BOOST_TEST(client.read().field("X-Request-ID").size() == 36u);
    BOOST_TEST(server.metrics().requests_by_class[2].value() == 2u);
    BOOST_TEST(server.log().text() == "GET /ok 200\nGET /ok 200\n");
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
    TestServer server;
    RawClient client(server.port());
    std::string all;
    for (int request = 0; request < 100; ++request) {
        const std::string body = "[" + std::to_string(request) + "]";
        all += request % 3 == 0 ? get("/ok") : post("/echo", body);
    }
    client.send(all);
    for (int request = 0; request < 100; ++request) {
        const std::string expected = request % 3 == 0 ? "ok" : "[" + std::to_string(request) + "]";
        BOOST_TEST(client.read().body == expected);
    }
}

BOOST_AUTO_TEST_CASE(answers_that_complete_out_of_order_go_out_in_order) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/later/a") + get("/ok") + get("/later/b") + get("/later/c"));
    server.handlers().wait_for_held(3);
    for (const char* name : {"c", "a", "b"}) {
        BOOST_TEST(server.handlers().release(name));
    }
    for (const char* expected : {"a", "ok", "b", "c"}) {
        BOOST_TEST(client.read().body == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_hangs_up_does_not_take_the_exchange_with_it) {
    TestServer server;
    {
        RawClient client(server.port());
        client.send(get("/later/a") + get("/later/b"));
        server.handlers().wait_for_held(2);
        client.reset();
    }
    BOOST_TEST(server.handlers().release("b"));
    BOOST_TEST(server.handlers().release("a"));
    server.wait_until_closed();
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_joined) {
    TestServer server;
    RawClient client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n");
    client.send("3;x=y\r\n,2]\r\n0\r\n\r\n" + get("/ok"));
    BOOST_TEST(client.read().body == "[1,2]");
    BOOST_TEST(client.read().body == "ok");
}

BOOST_AUTO_TEST_CASE(a_body_that_outgrows_the_buffer_is_whole) {
    TestServer server;
    RawClient client(server.port());
    const std::string body = pattern(60'000);
    client.send(post("/echo", body) + post("/echo", body));
    BOOST_TEST((client.read().body == body));
    BOOST_TEST((client.read().body == body));
}

BOOST_AUTO_TEST_CASE(head_has_the_fields_of_get_and_no_body) {
    TestServer server;
    RawClient client(server.port());
    client.send("HEAD /ok HTTP/1.1\r\nHost: h\r\n\r\nHEAD /flow/100 HTTP/1.1\r\nHost: h\r\n\r\n" +
                get("/ok"));
    BOOST_TEST(client.read(true).field("Content-Length") == "2");
    BOOST_TEST(client.read(true).status == 200);
    BOOST_TEST(client.read().body == "ok");
}

BOOST_AUTO_TEST_CASE(options_tells_the_methods) {
    TestServer server;
    RawClient client(server.port());
    client.send(
        "OPTIONS /ok HTTP/1.1\r\nHost: h\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"
        "DELETE /ok HTTP/1.1\r\nHost: h\r\n\r\n");
    Answer answer = client.read();
    BOOST_TEST(answer.status == 204);
    BOOST_TEST(answer.field("Allow") == "GET, HEAD, OPTIONS");
    BOOST_TEST(client.read().status == 204);
    answer = client.read();
    BOOST_TEST(answer.status == 405);
    BOOST_TEST(answer.field("Allow") == "GET, HEAD, OPTIONS");
    BOOST_TEST(answer.field("Content-Type") == "application/problem+json");
}

BOOST_AUTO_TEST_CASE(who_may_call) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/things/1/parts/2") +
                get("/things/1/parts/2", "Authorization: Bearer bad\r\n") +
                get("/things/1/parts/x%20y", "Authorization: Bearer good\r\n") +
                get("/things/3/parts/4", "Authorization: Bearer reader\r\n") +
                get("/admin", "Authorization: Bearer good\r\n") +
                get("/ok", "Authorization: a\r\nAuthorization: b\r\n"));
    const Answer missing = client.read();
    const Answer bad = client.read();
    BOOST_TEST(missing.status == 401);
    BOOST_TEST(missing.field("WWW-Authenticate") == "Bearer");
    BOOST_TEST(bad.status == 401);
    BOOST_TEST(bad.body == missing.body);
    const Answer good = client.read();
    BOOST_TEST(good.body == "1 x y good-subject-long-enough-to-need-memory-of-its-own");
    BOOST_TEST(good.field("X-Part") == "x y");
    BOOST_TEST(client.read().body == "3 4 reader");
    BOOST_TEST(client.read().status == 403);
    BOOST_TEST(client.read().status == 400);
}

BOOST_AUTO_TEST_CASE(content_that_is_not_taken) {
    TestServer server;
    RawClient client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\nContent-Length: "
        "4\r\n\r\n<a/>");
    client.send(post("/echo", "{}", "Content-Encoding: gzip\r\n"));
    client.send("PUT /count HTTP/1.1\r\nHost: h\r\nContent-Type: application/octet-stream\r\n\r\n");
    client.send(get("/throws") + get("/nowhere") + post("/echo", "{}"));
    for (const int status : {415, 415, 411, 500, 404, 200}) {
        BOOST_TEST(client.read().status == status);
    }
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_refused_before_it_is_sent) {
    TestServer server;
    RawClient client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        "Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n");
    const Answer answer = client.read(false, true);
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(answer.field("Connection") == "close");
    BOOST_TEST(client.read_to_end());
    BOOST_TEST(server.handlers().executed == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_is_told_to_go_on) {
    TestServer server;
    for (const char* path : {"/echo", "/count"}) {
        RawClient client(server.port());
        client.send("POST " + std::string(path) +
                    " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                    "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        BOOST_TEST(client.read(false, true).status == 100);
        client.send("{}" + get("/ok"));
        BOOST_TEST(client.read(false, true).status == 200);
        BOOST_TEST(client.read().body == "ok");
    }
}

BOOST_AUTO_TEST_CASE(a_streamed_upload_reaches_its_handler_whole) {
    TestServer server;
    const std::string body = pattern(300'000);
    std::string chunked;
    for (std::size_t at = 0; at < body.size(); at += 7'001) {
        const std::string piece = body.substr(at, 7'001);
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        chunked += size + piece + "\r\n";
    }
    chunked += "0\r\n\r\n";
    for (const char* bytes : {"1000", "8192", "100000"}) {
        RawClient client(server.port());
        const std::string path = std::string("/count?bytes=") + bytes;
        client.send(get("/ok") + post(path, body) + "POST " + path +
                    " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked +
                    get("/ok"));
        BOOST_TEST(client.read().body == "ok");
        BOOST_TEST(client.read().body == counted(body));
        BOOST_TEST(client.read().body == counted(body));
        BOOST_TEST(client.read().body == "ok");
    }
}

BOOST_AUTO_TEST_CASE(an_upload_that_nobody_reads_is_dropped_or_ends_the_connection) {
    TestServer server;
    RawClient client(server.port());
    client.send(post("/ignore", pattern(30'000)) + get("/ok"));
    BOOST_TEST(client.read().status == 409);
    BOOST_TEST(client.read().body == "ok");
    client.send("POST /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc");
    const Answer answer = client.read();
    BOOST_TEST(answer.status == 409);
    BOOST_TEST(answer.field("Connection") == "close");
    BOOST_TEST(client.read_to_end());
}

BOOST_AUTO_TEST_CASE(streamed_answers_come_whole) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/flow/1000000") + get("/flow-length/1000000") + get("/large/500000") +
                get("/flow/0") + get("/ok"));
    BOOST_TEST((client.read().body == pattern(1'000'000)));
    const Answer with_length = client.read();
    BOOST_TEST(with_length.field("Content-Length") == "1000000");
    BOOST_TEST((with_length.body == pattern(1'000'000)));
    BOOST_TEST((client.read().body == pattern(500'000)));
    BOOST_TEST(client.read().body.empty());
    BOOST_TEST(client.read().body == "ok");
}

BOOST_AUTO_TEST_CASE(an_old_client_gets_a_stream_until_the_close) {
    TestServer server;
    RawClient client(server.port());
    client.send("GET /flow/5000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_TEST((client.read().body == pattern(5000)));
}

BOOST_AUTO_TEST_CASE(a_broken_answer_is_not_taken_for_whole) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/breaks"));
    BOOST_TEST(client.read().status == 0);
    server.wait_until_closed();
}

BOOST_AUTO_TEST_CASE(a_half_closed_client_gets_its_answers) {
    TestServer server;
    RawClient client(server.port());
    client.send(get("/later/a") + get("/ok"));
    client.finish_sending();
    server.handlers().wait_for_held(1);
    server.handlers().release("a");
    BOOST_TEST(client.read().body == "a");
    BOOST_TEST(client.read().body == "ok");
    BOOST_TEST(client.read_to_end());
}

BOOST_AUTO_TEST_CASE(a_stop_finishes_what_has_begun) {
    TestServer server({.shards = 2});
    RawClient idle(server.port());
    idle.send(get("/ok"));
    BOOST_TEST(idle.read().status == 200);
    RawClient busy(server.port());
    busy.send(get("/later/a"));
    server.handlers().wait_for_held(1);
    std::thread stopping([&] { server.drain(); });
    BOOST_TEST(idle.read_to_end());
    server.handlers().release("a");
    BOOST_TEST(busy.read().body == "a");
    BOOST_TEST(busy.read_to_end());
    stopping.join();
}

BOOST_AUTO_TEST_CASE(state_of_an_operation_lives_until_the_answer) {
    struct Operation {
        explicit Operation(int& ended) : ended_(ended) {}
        ~Operation() { ++ended_; }
        int& ended_;
    };
    // The pool alone: an exchange that is given back has destroyed its state.
    static_assert(sizeof(Operation) <= http::Exchange::state_bytes);
    const world::SystemClock clock;
    run::Shard shard(0, clock);
    const http::ServerSettings settings;
    const http::Router router{std::span<const http::RouteFamily>()};
    KnownTokens tokens;
    world::SystemEntropy entropy;
    http::ExchangePool pool;
    http::Services services({shard, settings, router, tokens, entropy}, pool);
    auto exchange = pool.take(services);
    int ended = 0;
    exchange->emplace_state<Operation>(ended);
    BOOST_TEST(ended == 0);
    pool.give(std::move(exchange));
    BOOST_TEST(ended == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::test
