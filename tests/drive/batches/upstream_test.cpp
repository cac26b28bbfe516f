// What becomes of rows that another server does, over sockets.
#include <future>

#include <boost/test/unit_test.hpp>

#include "upstream_bench.hpp"

namespace belay::batch_drive {
namespace {

using test::answers;
using test::Identity;
using test::Peer;
using test::ScriptedServer;

/// What one answer comes to.
std::string summary_of(std::string answer) {
    ScriptedServer server(answers(std::move(answer)));
    return summary(UpstreamBench(settings_of(server)).send(line_of()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch_upstream)

BOOST_AUTO_TEST_CASE(answers_become_one_line) {
    ScriptedServer server([](Peer& peer) {
        while (!peer.read_request().empty()) {
            peer.write(ok("{\n  \"id\": \"cus_1\",\n  \"balance\": 1.50\n}\n"));
        }
    });
    UpstreamBench bench(settings_of(server));
    const RowAnswer answer = bench.send(line_of());
    BOOST_TEST(answer.has_succeeded());
    BOOST_TEST(answer.response == R"({"id":"cus_1","balance":1.50})");
    // The connection serves row after row.
    BOOST_TEST(bench.send(line_of()).status == 200);
    BOOST_TEST(bench.send(line_of()).status == 200);
    BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(answers_that_cannot_stand_in_a_line) {
    ScriptedServer empty(answers("HTTP/1.1 204 No Content\r\n\r\n"));
    const RowAnswer nothing = UpstreamBench(settings_of(empty)).send(line_of());
    BOOST_TEST(nothing.status == 204);
    BOOST_TEST(nothing.response == "null");
    BOOST_TEST(summary_of(ok("<html>")) == "200 response_not_json");
    BOOST_TEST(summary_of(ok("{\"a\":\"\xFF\"}")) == "200 response_not_json");
    BOOST_TEST(summary_of(ok('"' + std::string(64 * 1024, 'a') + '"')) == "200 response_too_large");
    BOOST_TEST(summary_of(ok('"' + std::string(64 * 1024 - 2, 'a') + '"')) == "200");
    BOOST_TEST(summary_of("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 2\r\n\r\n{}") ==
               "302 redirect_not_followed");
    BOOST_TEST(summary_of("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nBad") ==
               "502 response_not_json");
}

BOOST_AUTO_TEST_CASE(errors_are_the_upstreams_own) {
    const std::string error = R"({"error":{"type":"invalid_request_error","code":"x"}})";
    ScriptedServer server(answers("HTTP/1.1 404 Not Found\r\nContent-Length: " +
                                  std::to_string(error.size()) + "\r\n\r\n" + error));
    const RowAnswer answer = UpstreamBench(settings_of(server)).send(line_of());
    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.response == error);
    BOOST_TEST(!answer.has_succeeded());
}

BOOST_AUTO_TEST_CASE(answers_that_put_off) {
    const std::string limited =
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}";
    ScriptedServer server(answers(limited));
    RowTries tries;
    const RowAnswer answer = UpstreamBench(settings_of(server)).send(line_of(), tries);
    BOOST_TEST(summary(answer) == "again 429");
    BOOST_TEST(answer.response == "{}");
    BOOST_TEST((answer.wait == std::chrono::seconds(7)));
    BOOST_TEST(answer.holds_all);
    BOOST_TEST(!tries.may_be_done);
    BOOST_TEST(tries.throttled == 1);
    BOOST_TEST(summary_of("HTTP/1.1 409 Conflict\r\nStripe-Should-Retry: true\r\n"
                          "Content-Length: 2\r\n\r\n{}") == "again 409");
    BOOST_TEST(summary_of("HTTP/1.1 429 Too Many Requests\r\nStripe-Should-Retry: false\r\n"
                          "Content-Length: 2\r\n\r\n{}") == "429");
}

BOOST_AUTO_TEST_CASE(nobody_listens) {
    UpstreamSettings settings;
    settings.url = settings_of(ScriptedServer([](Peer&) {})).url;
    UpstreamBench bench(settings);
    RowTries tries;
    for (int time = 1; time < settings.retry.unreached_max; ++time) {
        BOOST_TEST(summary(bench.send(line_of(), tries)) == "again 503 upstream_unreachable");
    }
    BOOST_TEST(summary(bench.send(line_of(), tries)) == "503 upstream_unreachable");
    BOOST_TEST(!tries.may_be_done);
    // A row that may have been done before is not said not to be.
    RowTries done;
    done.may_be_done = true;
    BOOST_TEST(summary(bench.send(line_of(), done)) == "again 504 outcome_unknown");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_lost) {
    for (const std::string part : {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\""}) {
        ScriptedServer server(answers(part));
        UpstreamBench bench(settings_of(server));
        RowTries tries;
        BOOST_TEST(summary(bench.send(line_of(), tries)) == "again 504 outcome_unknown");
        BOOST_TEST(tries.may_be_done);
        BOOST_TEST(summary(bench.send(line_of(), tries)) == "again 504 outcome_unknown");
        BOOST_TEST(summary(bench.send(line_of(), tries)) == "504 outcome_unknown");
        BOOST_TEST(server.connections() == 3);
    }
}

BOOST_AUTO_TEST_CASE(the_time_of_a_row_is_bounded) {
    std::promise<void> reached;
    ScriptedServer server([&](Peer& peer) {
        peer.read_request();
        reached.set_value();
        peer.wait_for_end();
    });
    UpstreamBench bench(settings_of(server));
    RowTries tries;
    const RowAnswer answer =
        bench.send_until(line_of(), tries, reached.get_future(), std::chrono::seconds(80));
    BOOST_TEST(summary(answer) == "again 504 outcome_unknown");
    BOOST_TEST(tries.lost == 1);
}

/// The end of this process is none of the row: the next one sends it again.
BOOST_AUTO_TEST_CASE(a_process_that_ends_uses_up_no_try) {
    std::promise<void> reached;
    ScriptedServer server([&](Peer& peer) {
        peer.read_request();
        reached.set_value();
        peer.wait_for_end();
    });
    UpstreamBench bench(settings_of(server));
    RowTries tries;
    tries.lost = 2;
    const RowAnswer answer = bench.send_until_stopped(line_of(), tries, reached.get_future());
    BOOST_TEST(summary(answer) == "again 504 outcome_unknown");
    BOOST_TEST(tries.may_be_done);
    BOOST_TEST(tries.lost == 2);
    RowTries fresh;
    BOOST_TEST(summary(bench.send(line_of(), fresh)) == "again 503 upstream_unreachable");
    BOOST_TEST(!fresh.may_be_done);
}

BOOST_AUTO_TEST_CASE(a_row_of_a_dead_process_is_settled_as_unknown) {
    ScriptedServer server(answers(ok("{}")));
    UpstreamBench bench(settings_of(server));
    BOOST_TEST(summary(bench.settle(line_of()).value()) == "504 outcome_unknown");
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(the_upstream_proves_who_it_is) {
    const test::Authority authority;
    const Identity identity = authority.issue();
    ScriptedServer server(answers(ok("{}")), &identity);
    BOOST_TEST(UpstreamBench(settings_of(server), authority.certificate()).send(line_of()).status ==
               200);
    RowTries tries;
    BOOST_TEST(summary(UpstreamBench(settings_of(server)).send(line_of(), tries)) ==
               "again 503 upstream_unreachable");
    BOOST_TEST(!tries.may_be_done);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::batch_drive
