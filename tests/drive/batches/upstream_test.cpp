// Rows that another server does, over sockets.
#include <future>

#include <boost/test/unit_test.hpp>

#include "client_bench.hpp"
#include "core/run/shards.hpp"
#include "core/world/entropy.hpp"
#include "http/drive/batches/upstream_target.hpp"
#include "scripted_server.hpp"

namespace belay::batch_drive {
namespace {

using batches::Method;
using test::answers;
using test::Identity;
using test::Peer;
using test::ScriptedServer;

constexpr std::string_view update_customer = "/v1/customers/:customer";
constexpr const char* key = "batchv2_AbCdEfGhIjKlMnOpQrStUvWxYz:r1";

run::task<> send_it(RowTarget& target, const RowsOf& rows, const batches::Row& row, RowTries& tries,
                    RowAnswer& to, std::function<void()> done) {
    to = co_await target.send(rows, row, key, tries);
    done();
}

run::task<> settle_it(RowTarget& target, const RowsOf& rows, const batches::Row& row,
                      std::optional<RowAnswer>& to, std::function<void()> done) {
    to = co_await target.settle(rows, row, key);
    done();
}

struct Sent {
    RowsOf rows;
    batches::Row row;
};

/// A target on a shard of its own, whose clock stands still.
class Bench {
  public:
    explicit Bench(UpstreamSettings settings, const std::string& authorities = {})
        : trust_(client::Trust::load(authorities, "authorities").value()),
          client_(shards_[0], names_, *trust_, client_settings(settings)),
          target_(client_, entropy_, std::move(settings)) {
        shards_.start();
    }

    ~Bench() {
        shards_.on_each_until_done([this](run::Shard&, std::function<void()> done) {
            client_.stop();
            gate_.close(std::move(done));
        });
        shards_.stop();
    }

    UpstreamTarget& target() noexcept { return target_; }

    RowAnswer send(std::string_view line, std::string_view path = update_customer,
                   Method method = Method::post) {
        RowTries tries;
        return send(line, tries, path, method);
    }

    RowAnswer send(std::string_view line, RowTries& tries, std::string_view path = update_customer,
                   Method method = Method::post) {
        return send(sent_of(line, path, method), tries);
    }

    RowAnswer send(const Sent& sent, RowTries& tries) {
        RowAnswer answer;
        shards_.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
            shard.spawn(gate_,
                        send_it(target_, sent.rows, sent.row, tries, answer, std::move(done)));
        });
        return answer;
    }

    /// A row that no reader of rows lets through.
    RowAnswer send_spoilt(const std::function<void(batches::Row&)>& spoil) {
        Sent sent = sent_of(R"({"id":"r1"})", "/v1/coupons", Method::post);
        spoil(sent.row);
        RowTries tries;
        return send(sent, tries);
    }

    std::optional<RowAnswer> settle(std::string_view line) {
        const Sent sent = sent_of(line, update_customer, Method::post);
        std::optional<RowAnswer> answer;
        shards_.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
            shard.spawn(gate_, settle_it(target_, sent.rows, sent.row, answer, std::move(done)));
        });
        return answer;
    }

    /// Moves the clock as soon as `asked` is there.
    RowAnswer send_until(std::string_view line, RowTries& tries, std::future<void> asked,
                         Milliseconds by) {
        auto answer = std::async(std::launch::async, [&] { return send(line, tries); });
        asked.wait();
        clock_.advance(by);
        shards_[0].wake();
        return answer.get();
    }

    RowAnswer send_until_stopped(std::string_view line, RowTries& tries, std::future<void> asked) {
        auto answer = std::async(std::launch::async, [&] { return send(line, tries); });
        asked.wait();
        shards_.on_each([this](run::Shard&) { client_.stop(); });
        return answer.get();
    }

  private:
    static Sent sent_of(std::string_view line, std::string_view path, Method method) {
        const auto parsed = batches::PathTemplate::parse(path);
        BOOST_TEST_REQUIRE(parsed.has_value());
        auto row = batches::read_row(line, *parsed);
        BOOST_TEST_REQUIRE(row.has_value(), line);
        return {{{}, method, *parsed, {}, false}, std::move(*row)};
    }

    world::ManualClock clock_{WallTime(std::chrono::seconds(1'000'000'000))};
    world::SeededEntropy entropy_{1};
    test::MadeUpNames names_;
    std::unique_ptr<client::Trust> trust_;
    run::Shards shards_{1, clock_};
    run::Gate gate_;
    client::Client client_;
    UpstreamTarget target_;
};

UpstreamSettings settings_of(const ScriptedServer& server) {
    UpstreamSettings made;
    made.url = server.url();
    made.url.erase(made.url.rfind('/'));  // "/hook"
    return made;
}

std::string ok(std::string_view body, std::string_view fields = {}) {
    return "HTTP/1.1 200 OK\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string line_of(std::string_view params = {}, std::string_view more = {}) {
    std::string line = R"({"id":"r1","path_params":{"customer":"cus_1"})";
    if (!params.empty()) {
        line.append(",\"params\":").append(params);
    }
    return line.append(more).append("}");
}

std::string_view body_of(std::string_view request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

bool has_line(std::string_view request, std::string_view line) {
    return request.find("\r\n" + std::string(line) + "\r\n") != std::string_view::npos;
}

bool has_field(std::string_view request, std::string_view name) {
    return request.find("\r\n" + std::string(name) + ":") != std::string_view::npos;
}

/// What the server was sent for one row.
std::string request_of(UpstreamSettings settings, std::string_view line,
                       std::string_view path = update_customer, Method method = Method::post,
                       std::string_view authorization = {}) {
    std::string received;
    ScriptedServer server([&](Peer& peer) {
        received = peer.read_request();
        peer.write(ok("{}"));
    });
    settings.url = settings_of(server).url + settings.url;
    {
        Bench bench(settings);
        bench.target().set_key(authorization);
        BOOST_TEST(bench.send(line, path, method).status == 200);
    }
    return received;
}

/// "again 503 upstream_unreachable"
std::string summary(const RowAnswer& answer) {
    std::string text = answer.kind == RowAnswer::Kind::again ? "again " : "";
    text += std::to_string(answer.status);
    const std::size_t code = answer.response.find("\"code\":\"");
    if (code != std::string::npos) {
        const std::size_t begin = code + 8;
        text += ' ';
        text += answer.response.substr(begin, answer.response.find('"', begin) - begin);
    }
    return text;
}

/// What one answer comes to.
std::string summary_of(std::string answer) {
    ScriptedServer server(answers(std::move(answer)));
    return summary(Bench(settings_of(server)).send(line_of()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch_upstream)

BOOST_AUTO_TEST_CASE(a_row_as_a_form) {
    const std::string request = request_of({}, line_of(R"({"name":"Jenny","metadata":{"a":"b"}})"),
                                           update_customer, Method::post, "sk_test_123");
    BOOST_TEST(request.starts_with("POST /v1/customers/cus_1 HTTP/1.1\r\n"));
    BOOST_TEST(has_line(request, "Idempotency-Key: " + std::string(key)));
    BOOST_TEST(has_line(request, "Authorization: Bearer sk_test_123"));
    BOOST_TEST(has_line(request, "Content-Type: application/x-www-form-urlencoded"));
    BOOST_TEST(has_line(request, "Accept: application/json"));
    BOOST_TEST(!has_field(request, "Stripe-Version"));
    BOOST_TEST(!has_field(request, "Stripe-Account"));
    BOOST_TEST(!has_field(request, "Stripe-Context"));
    BOOST_TEST(!has_field(request, "Connection"));
    BOOST_TEST(body_of(request) == "name=Jenny&metadata[a]=b");
}

BOOST_AUTO_TEST_CASE(a_row_as_json) {
    UpstreamSettings settings;
    settings.encoding = UpstreamEncoding::json;
    const std::string request = request_of(settings, line_of(R"({ "a" : [1.50, null] })"));
    BOOST_TEST(has_line(request, "Content-Type: application/json"));
    BOOST_TEST(!has_field(request, "Authorization"));
    BOOST_TEST(body_of(request) == R"({"a":[1.5,null]})");
    BOOST_TEST(body_of(request_of(settings, line_of())) == "{}");
}

BOOST_AUTO_TEST_CASE(a_row_without_params) {
    const std::string request = request_of({}, line_of());
    BOOST_TEST(has_line(request, "Content-Length: 0"));
    BOOST_TEST(body_of(request) == "");
    BOOST_TEST(body_of(request_of({}, R"({"id":"r1","params":{}})", "/v1/coupons")) == "");
}

BOOST_AUTO_TEST_CASE(a_delete_has_its_params_in_its_query) {
    for (const auto encoding : {UpstreamEncoding::form, UpstreamEncoding::json}) {
        UpstreamSettings settings;
        settings.encoding = encoding;
        const std::string request = request_of(
            settings, line_of(R"({"prorate":true,"a":{"b":"c d"}})"), update_customer, Method::del);
        BOOST_TEST(request.starts_with(
            "DELETE /v1/customers/cus_1?prorate=true&a%5Bb%5D=c%20d HTTP/1.1\r\n"));
        BOOST_TEST(!has_field(request, "Content-Type"));
        BOOST_TEST(body_of(request) == "");
    }
    BOOST_TEST(request_of({}, line_of(), update_customer, Method::del)
                   .starts_with("DELETE /v1/customers/cus_1 HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(places_are_encoded_and_the_url_has_a_beginning) {
    UpstreamSettings settings;
    settings.url = "/prefix";
    const std::string request = request_of(
        settings, R"({"id":"r1","path_params":{"a":"x/../y?z#%20","b":"ü ~"}})", "/v1/:a/mid/:b");
    BOOST_TEST(
        request.starts_with("POST /prefix/v1/x%2F..%2Fy%3Fz%23%2520/mid/%C3%BC%20~ HTTP/1.1\r\n"));
}

BOOST_AUTO_TEST_CASE(version_and_context_of_the_row) {
    const auto with = [](std::string_view context) {
        return request_of({}, line_of({}, R"(,"stripe_version":"2026-06-24","context":")" +
                                              std::string(context) + "\""));
    };
    const std::string of_account = with("acct_1");
    BOOST_TEST(has_line(of_account, "Stripe-Version: 2026-06-24"));
    BOOST_TEST(has_line(of_account, "Stripe-Account: acct_1"));
    BOOST_TEST(!has_field(of_account, "Stripe-Context"));
    for (const std::string_view context : {"wksp_1/acct_1", "acct_1/acct_2", "org_1"}) {
        const std::string request = with(context);
        BOOST_TEST(has_line(request, "Stripe-Context: " + std::string(context)));
        BOOST_TEST(!has_field(request, "Stripe-Account"));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_is_not) {
    ScriptedServer server(answers(ok("{}")));
    Bench bench(settings_of(server));
    const auto spoil_context = [](batches::Row& row) { row.context = "a\r\nX: y"; };
    BOOST_TEST(summary(bench.send_spoilt(spoil_context)) == "400 invalid_context");
    const auto spoil_version = [](batches::Row& row) { row.stripe_version = "2026 \x01"; };
    BOOST_TEST(summary(bench.send_spoilt(spoil_version)) == "400 invalid_stripe_version");
    const std::string long_value(500, '%');
    BOOST_TEST(summary(bench.send(R"({"id":"r1","path_params":{"a":")" + long_value + R"(","b":")" +
                                      long_value + "\"}}",
                                  "/v1/:a/:b")) == "414 invalid_path_params");
    BOOST_TEST(summary(bench.send(line_of(R"({"a":")" + std::string(2100, 'a') + "\"}"),
                                  update_customer, Method::del)) == "414 invalid_path_params");
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(answers_become_one_line) {
    ScriptedServer server([](Peer& peer) {
        while (!peer.read_request().empty()) {
            peer.write(ok("{\n  \"id\": \"cus_1\",\n  \"balance\": 1.50\n}\n"));
        }
    });
    Bench bench(settings_of(server));
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
    const RowAnswer nothing = Bench(settings_of(empty)).send(line_of());
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
    const RowAnswer answer = Bench(settings_of(server)).send(line_of());
    BOOST_TEST(answer.status == 404);
    BOOST_TEST(answer.response == error);
    BOOST_TEST(!answer.has_succeeded());
}

BOOST_AUTO_TEST_CASE(answers_that_put_off) {
    const std::string limited =
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}";
    ScriptedServer server(answers(limited));
    RowTries tries;
    const RowAnswer answer = Bench(settings_of(server)).send(line_of(), tries);
    BOOST_TEST(summary(answer) == "again 429");
    BOOST_TEST(answer.response == "{}");
    BOOST_TEST((answer.wait == std::chrono::seconds(7)));
    BOOST_TEST(answer.holds_all);
    BOOST_TEST(!tries.may_be_done);
    BOOST_TEST(tries.put_off == 1);
    BOOST_TEST(summary_of("HTTP/1.1 409 Conflict\r\nStripe-Should-Retry: true\r\n"
                          "Content-Length: 2\r\n\r\n{}") == "again 409");
    BOOST_TEST(summary_of("HTTP/1.1 429 Too Many Requests\r\nStripe-Should-Retry: false\r\n"
                          "Content-Length: 2\r\n\r\n{}") == "429");
}

BOOST_AUTO_TEST_CASE(nobody_listens) {
    UpstreamSettings settings;
    settings.url = settings_of(ScriptedServer([](Peer&) {})).url;
    Bench bench(settings);
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
        Bench bench(settings_of(server));
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
    Bench bench(settings_of(server));
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
    Bench bench(settings_of(server));
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
    Bench bench(settings_of(server));
    BOOST_TEST(summary(bench.settle(line_of()).value()) == "504 outcome_unknown");
    BOOST_TEST(server.connections() == 0);
}

BOOST_AUTO_TEST_CASE(the_upstream_proves_who_it_is) {
    const test::Authority authority;
    const Identity identity = authority.issue();
    ScriptedServer server(answers(ok("{}")), &identity);
    BOOST_TEST(Bench(settings_of(server), authority.certificate()).send(line_of()).status == 200);
    RowTries tries;
    BOOST_TEST(summary(Bench(settings_of(server)).send(line_of(), tries)) ==
               "again 503 upstream_unreachable");
    BOOST_TEST(!tries.may_be_done);
}

BOOST_AUTO_TEST_CASE(urls_of_upstreams) {
    for (const std::string_view good :
         {"https://api.example.com", "http://10.0.0.7:8080", "http://[::1]:1/prefix"}) {
        BOOST_TEST(fault_of_upstream_url(good) == "", good);
    }
    for (const std::string_view bad : {"", "api.example.com", "ftp://x", "https://x/",
                                       "https://x?y", "https://u@x", "https://x/#y"}) {
        BOOST_TEST(fault_of_upstream_url(bad) != "", bad);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::batch_drive
