// Rows as the requests that an upstream is sent.
#include <boost/test/unit_test.hpp>

#include "upstream_bench.hpp"

namespace belay::batch_drive {
namespace {

using batches::Method;
using test::answers;
using test::Peer;
using test::ScriptedServer;

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
        UpstreamBench bench(settings);
        bench.target().set_key(authorization);
        BOOST_TEST(bench.send(line, path, method).status == 200);
    }
    return received;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch_upstream_requests)

BOOST_AUTO_TEST_CASE(a_row_as_a_form) {
    const std::string request = request_of({}, line_of(R"({"name":"Jenny","metadata":{"a":"b"}})"),
                                           update_customer, Method::post, "sk_test_123");
    BOOST_TEST(request.starts_with("POST /v1/customers/cus_1 HTTP/1.1\r\n"));
    BOOST_TEST(has_line(request, "Idempotency-Key: " + std::string(row_key)));
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
    UpstreamBench bench(settings_of(server));
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
