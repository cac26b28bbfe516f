#include "http/server/router.hpp"

#include <boost/test/unit_test.hpp>

#include "http/server/request_id.hpp"

namespace belay::http {
namespace {

class Loud final : public ErrorStyle {
  public:
    std::string_view render(const Problem&, std::string_view, std::string& body) const override {
        body = "LOUD";
        return "text/plain";
    }
};

void nothing(void*, Exchange&) {}

constexpr Route route(wire::Method method, std::string_view pattern) {
    Route made{.method = method, .pattern = pattern};
    made.handle = &nothing;
    return made;
}

constexpr Route first_routes[] = {
    route(wire::Method::get, "/v1/things"),
    route(wire::Method::post, "/v1/things"),
    route(wire::Method::get, "/v1/things/{id}"),
    route(wire::Method::delete_, "/v1/things/{id}/parts/{part}"),
    route(wire::Method::post, "/v1/things/new"),
};
constexpr Route second_routes[] = {route(wire::Method::get, "/v1/others/{id}")};
constexpr std::string_view first_prefixes[] = {"/v1/things"};
constexpr std::string_view second_prefixes[] = {"/v1"};

struct Fixture {
    Loud loud;
    PlainProblems plain;
    int target = 0;
    RouteFamily families[2] = {{first_prefixes, first_routes, &target, &loud},
                               {second_prefixes, second_routes, nullptr, &plain}};
    Router router{families};
    std::string scratch;

    RouteMatch get(std::string_view path) { return router.match(wire::Method::get, path, scratch); }
};

BOOST_FIXTURE_TEST_SUITE(routes, Fixture)

BOOST_AUTO_TEST_CASE(parameters_come_decoded_in_order) {
    const RouteMatch match =
        router.match(wire::Method::delete_, "/v1/things/a%20b/parts/%C3%A9", scratch);
    BOOST_TEST((match.outcome == RouteOutcome::found));
    BOOST_TEST(match.route == &first_routes[3]);
    BOOST_TEST(match.target == &target);
    BOOST_TEST(match.parameter_count == 2u);
    BOOST_TEST(match.parameters[0] == "a b");
    BOOST_TEST(match.parameters[1] == "\xc3\xa9");
    BOOST_TEST(Router::parameter_name(*match.route, 1) == "part");
}

BOOST_AUTO_TEST_CASE(an_encoded_slash_stays_in_its_segment) {
    BOOST_TEST(get("/v1/things/a%2Fparts").parameters[0] == "a/parts");
    BOOST_TEST((get("/v1%2Fthings").outcome == RouteOutcome::no_path));
}

BOOST_AUTO_TEST_CASE(an_encoded_literal_is_the_literal) {
    BOOST_TEST(get("/v1/%74hings").route == &first_routes[0]);
}

BOOST_AUTO_TEST_CASE(not_found_is_not_found) {
    for (const std::string_view path :
         {"/", "/v1", "/v1/", "/v1/things/", "/v1/things/a/parts", "/v1/things/a/parts/b/c",
          "//v1/things", "/V1/things", ""}) {
        BOOST_TEST((get(path).outcome == RouteOutcome::no_path), path);
    }
    BOOST_TEST((get("/v1/things/%ff").outcome == RouteOutcome::malformed));
    BOOST_TEST((get("/v1/things/%00").outcome == RouteOutcome::malformed));
}

BOOST_AUTO_TEST_CASE(a_literal_goes_before_a_parameter) {
    const RouteMatch match = get("/v1/things/new");
    BOOST_TEST((match.outcome == RouteOutcome::no_method));
    BOOST_TEST(match.allow == "POST, OPTIONS");
}

BOOST_AUTO_TEST_CASE(head_is_served_by_get_and_allow_says_so) {
    const RouteMatch head = router.match(wire::Method::head, "/v1/things", scratch);
    BOOST_TEST(head.route == &first_routes[0]);
    const RouteMatch put = router.match(wire::Method::put, "/v1/things", scratch);
    BOOST_TEST((put.outcome == RouteOutcome::no_method));
    BOOST_TEST(put.allow == "GET, HEAD, POST, OPTIONS");
}

BOOST_AUTO_TEST_CASE(the_longest_prefix_chooses_the_error_style) {
    BOOST_TEST(get("/v1/things/nowhere/at/all").errors == &loud);
    BOOST_TEST(get("/v1/others").errors == &plain);
    std::string body;
    BOOST_TEST(get("/elsewhere").errors->render({Trouble::not_found, "d"}, "", body) ==
               "application/problem+json");
    BOOST_TEST(body == R"({"type":"about:blank","title":"Not Found","status":404,"detail":"d"})");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(request_ids)

struct Made {
    world::ManualClock clock{WallTime(Milliseconds(1'700'000'000'000))};
    world::SeededEntropy entropy{7};
    RequestId id;

    std::string_view of(std::optional<std::string_view> sent) {
        id.set(sent, clock, entropy);
        return id.text();
    }
};

BOOST_FIXTURE_TEST_CASE(what_was_sent_is_kept_but_for_what_could_harm, Made) {
    BOOST_TEST(of("abc-1 2") == "abc-1 2");
    BOOST_TEST(of("a\tb;c|d\x7f\xc3\xa9!") == "abcd!");
    BOOST_TEST(of(std::string(200, 'x')) == std::string(128, 'x'));
}

// Eight bytes are looked at in one go: the odd one at every place of several sizes.
BOOST_FIXTURE_TEST_CASE(every_harmful_byte_is_taken_out_wherever_it_stands, Made) {
    for (int code = 0; code < 256; ++code) {
        const char odd = static_cast<char>(code);
        const bool harmless = code >= ' ' && code <= '~' && odd != ';' && odd != '|';
        for (const std::size_t size : {3U, 8U, 9U, 15U, 16U, 17U}) {
            for (std::size_t at = 0; at < size; ++at) {
                std::string sent(size, 'x');
                sent[at] = odd;
                const std::string expected = harmless ? sent : std::string(size - 1, 'x');
                BOOST_REQUIRE(of(sent) == expected);
            }
        }
    }
}

BOOST_FIXTURE_TEST_CASE(the_form_of_stripe_is_new_each_time, Made) {
    id.set_as_stripe(entropy);
    const std::string first(id.text());
    BOOST_TEST(first.size() == 28u);
    BOOST_TEST(first.starts_with("req_"));
    BOOST_TEST(
        first.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
                                "YZ",
                                4) == std::string::npos);
    id.set_as_stripe(entropy);
    BOOST_TEST(id.text() != first);
}

BOOST_FIXTURE_TEST_CASE(blank_becomes_a_uuid, Made) {
    for (const std::optional<std::string_view> sent :
         {std::optional<std::string_view>(), std::optional<std::string_view>(""),
          std::optional<std::string_view>("  "), std::optional<std::string_view>(";|\t")}) {
        const std::string_view made = of(sent);
        BOOST_TEST(made.size() == 36u);
        BOOST_TEST(made.substr(0, 15) == "018bcfe5-6800-7");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::http
