#include "http/server/loopback.hpp"

#include <boost/test/unit_test.hpp>

#include "core/run/shards.hpp"
#include "tests/http/test_server.hpp"

namespace belay::http {
namespace {

constexpr std::string_view json_of(std::size_t) {
    return R"({"a":1})";
}

/// What the process asks of itself, on one shard.
struct Inside {
    Inside()
        : family{.prefixes = {},
                 .routes = test::Handlers::routes(),
                 .target = &handlers,
                 .errors = &plain},
          router({&family, 1}),
          shards(1, clock),
          loopback({.shard = shards[0],
                    .settings = settings,
                    .router = router,
                    .entropy = entropy,
                    .shard_context = nullptr}) {
        caller.subject = "somebody";
        caller.scopes = auth::Scopes::listed({"things:read"});
        shards.start();
    }

    ~Inside() { shards.stop(); }

    run::task<> call(Loopback::Request request, Loopback::Answer& answer,
                     std::function<void()> done) {
        answer = co_await loopback.send(request);
        done();
    }

    Loopback::Answer send(std::string_view method, std::string_view path,
                          std::string_view body = {}) {
        Loopback::Answer answer;
        shards.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
            shard.spawn(gate,
                        call({caller, method, path, {}, body, false}, answer, std::move(done)));
        });
        return answer;
    }

    world::SystemClock clock;
    world::SystemEntropy entropy;
    test::Handlers handlers;
    PlainProblems plain;
    RouteFamily family;
    Router router;
    ServerSettings settings;
    run::Shards shards;
    run::Gate gate;
    auth::Principal caller;
    Loopback loopback;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(loopback_test)

BOOST_FIXTURE_TEST_CASE(a_handler_answers_as_over_a_connection, Inside) {
    const Loopback::Answer plain_answer = send("GET", "/ok");
    BOOST_TEST(plain_answer.status == 200);
    BOOST_TEST(plain_answer.content == "ok");
    const Loopback::Answer echoed = send("POST", "/echo", json_of(1));
    BOOST_TEST(echoed.content == json_of(1));
    const Loopback::Answer thing = send("GET", "/things/a%20b/parts/c");
    BOOST_TEST(thing.content == "a b c somebody");
}

BOOST_FIXTURE_TEST_CASE(what_a_connection_refuses_is_refused, Inside) {
    BOOST_TEST(send("GET", "/nowhere").status == 404);
    BOOST_TEST(send("DELETE", "/ok").status == 405);
    BOOST_TEST(send("GET", "/things/%zz/parts/c").status == 400);
    BOOST_TEST(send("GET", "/admin").status == 403);
    BOOST_TEST(send("POST", "/count", "x").status == 501);
    BOOST_TEST(send("GET", "/throws").status == 500);
    BOOST_TEST(send("POST", "/echo", std::string(65 * 1024, ' ')).status == 413);
    BOOST_TEST(send("GET", "/" + std::string(9000, 'a')).status == 414);
}

BOOST_FIXTURE_TEST_CASE(answers_may_come_later_and_in_any_order, Inside) {
    Loopback::Answer first;
    Loopback::Answer second;
    std::atomic<int> ended{0};
    shards.on_each([&](run::Shard& shard) {
        shard.spawn(gate, call({caller, "GET", "/later/first"}, first, [&] { ++ended; }));
        shard.spawn(gate, call({caller, "GET", "/later/second"}, second, [&] { ++ended; }));
    });
    handlers.wait_for_held(2);
    BOOST_TEST(ended == 0);
    BOOST_TEST(handlers.release("second"));
    BOOST_TEST(handlers.release("first"));
    while (ended != 2) {
        shards.on_each([](run::Shard&) {});
    }
    BOOST_TEST(first.status == 200);
    BOOST_TEST(second.status == 200);
    BOOST_TEST(first.content != second.content);
    // The memory of a call that has ended serves the next one.
    BOOST_TEST(send("GET", "/ok").content == "ok");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::http
