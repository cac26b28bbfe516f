// What a row in process makes of the answers that an operation can give, from handlers that give
// whatever the test wants.
#include <array>

#include <boost/test/unit_test.hpp>

#include "core/run/shards.hpp"
#include "http/drive/batches/in_process_target.hpp"

namespace belay::batch_drive {
namespace {

struct Given {
    int status = 200;
    std::string content = "{}";
    std::vector<http::ResponseField> fields{};
};

run::task<> send_it(InProcessTarget& target, const RowsOf& rows, const batches::Row& row,
                    RowTries& tries, RowAnswer& to, std::function<void()> done) {
    to = co_await target.send(rows, row, "key", tries);
    done();
}

run::task<> settle_it(InProcessTarget& target, const RowsOf& rows, const batches::Row& row,
                      std::optional<RowAnswer>& to, std::function<void()> done) {
    to = co_await target.settle(rows, row, "key");
    done();
}

class Operation {
  public:
    Operation()
        : routes_{http::Route{.method = wire::Method::post,
                              .pattern = "/v1/transfers/{id}/cancel",
                              .handle = http::buffered<&Operation::answer>,
                              .scope = "transfers:write"}},
          family_{.prefixes = {}, .routes = routes_, .target = this, .errors = &plain_},
          router_({&family_, 1}),
          loopback_({.shard = shards_[0],
                     .settings = settings_,
                     .router = router_,
                     .entropy = entropy_,
                     .shard_context = nullptr}),
          target_(loopback_) {
        rows_.path = *batches::PathTemplate::parse("/v1/transfers/:id/cancel");
        rows_.creator.scopes = auth::Scopes::listed({"transfers:write"});
        row_ = *batches::read_row(R"({"id":"r","path_params":{"id":"x"}})", rows_.path);
        shards_.start();
    }

    ~Operation() { shards_.stop(); }

    void answer(http::Exchange& exchange) {
        is_claim_ = exchange.claims_key_only();
        exchange.respond(given_.status, "application/json", given_.content, given_.fields);
    }

    RowAnswer send(Given given, RowTries& tries) {
        given_ = std::move(given);
        RowAnswer answer;
        shards_.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
            shard.spawn(gate_, send_it(target_, rows_, row_, tries, answer, std::move(done)));
        });
        BOOST_TEST(!is_claim_);
        return answer;
    }

    RowAnswer send(Given given) {
        RowTries tries;
        return send(std::move(given), tries);
    }

    std::optional<RowAnswer> settle(Given given) {
        given_ = std::move(given);
        std::optional<RowAnswer> answer;
        shards_.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
            shard.spawn(gate_, settle_it(target_, rows_, row_, answer, std::move(done)));
        });
        BOOST_TEST(is_claim_);
        return answer;
    }

  private:
    world::ManualClock clock_{WallTime(std::chrono::seconds(1'000'000'000))};
    world::SeededEntropy entropy_{1};
    http::PlainProblems plain_;
    std::array<http::Route, 1> routes_;
    http::RouteFamily family_;
    http::Router router_;
    http::ServerSettings settings_;
    run::Shards shards_{1, clock_};
    http::Loopback loopback_;
    InProcessTarget target_;
    run::Gate gate_;
    RowsOf rows_;
    batches::Row row_;
    Given given_;
    bool is_claim_ = false;
};

bool is_again(const RowAnswer& answer) {
    return answer.kind == RowAnswer::Kind::again;
}

constexpr http::ResponseField replayed{"X-Idempotency-Replayed", "true"};
constexpr http::ResponseField soon{"Retry-After", "7"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(batch_later, Operation)

BOOST_AUTO_TEST_CASE(answers_that_are_the_rows) {
    for (const int status : {200, 202, 400, 404, 409, 422, 500}) {
        RowTries tries;
        const RowAnswer answer = send({status, R"({"a":1})"}, tries);
        BOOST_TEST(!is_again(answer));
        BOOST_TEST(answer.status == status);
        BOOST_TEST(answer.response == R"({"a":1})");
        BOOST_TEST(!tries.may_be_done);
    }
    BOOST_TEST(send({204, ""}).response == "null");
    BOOST_TEST(send({200, "{\n \"a\": \"b c\"\n}"}).response == R"({"a":"b c"})");
}

BOOST_AUTO_TEST_CASE(answers_that_say_to_come_again) {
    for (const Given& given :
         {Given{503, "{}", {soon}}, Given{409, "{}", {soon}}, Given{429, "{}", {soon}}}) {
        RowTries tries;
        const RowAnswer answer = send(given, tries);
        BOOST_TEST(is_again(answer));
        BOOST_TEST((answer.wait == std::chrono::seconds(7)));
        BOOST_TEST(!answer.holds_all);
        BOOST_TEST(tries.may_be_done);
    }
    BOOST_TEST((send({503}).wait == std::chrono::seconds(1)));
    BOOST_TEST((send({503, "{}", {{"Retry-After", "0"}}}).wait == std::chrono::seconds(1)));
    BOOST_TEST((send({503, "{}", {{"Retry-After", "86400"}}}).wait == std::chrono::seconds(60)));
    // However often: the end of the job bounds it.
    RowTries tries;
    for (int time = 0; time < 100; ++time) {
        BOOST_TEST(is_again(send({503}, tries)));
    }
}

BOOST_AUTO_TEST_CASE(what_settles_a_row) {
    const auto replay = settle({422, R"({"a":1})", {replayed}});
    BOOST_TEST_REQUIRE(replay.has_value());
    BOOST_TEST(!is_again(*replay));
    BOOST_TEST(replay->status == 422);
    BOOST_TEST(replay->response == R"({"a":1})");
    BOOST_TEST(!settle({422, "{}", {http::claimed_key_field}}).has_value());
    // Refused before its key was looked at.
    for (const int status : {400, 404, 413, 414, 431}) {
        BOOST_TEST(!settle({status}).has_value());
    }
    for (const Given& given : {Given{503, "{}", {soon}}, Given{503}, Given{409, "{}", {soon}}}) {
        const auto later = settle(given);
        BOOST_TEST_REQUIRE(later.has_value());
        BOOST_TEST(is_again(*later));
    }
    // It says nothing of what was done before: another request has the key, or the caller may not
    // any more.
    for (const int status : {200, 403, 409, 422, 500}) {
        const auto unknown = settle({status});
        BOOST_TEST_REQUIRE(unknown.has_value());
        BOOST_TEST(!is_again(*unknown));
        BOOST_TEST(unknown->status == 504);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::batch_drive
