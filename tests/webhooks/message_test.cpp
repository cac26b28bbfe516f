// The fields of a delivery against values that were computed elsewhere (Python's hmac).
#include "http/drive/webhooks/message.hpp"

#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/world/entropy.hpp"
#include "http/drive/webhooks/secret.hpp"

namespace belay::webhooks {
namespace {

constexpr std::string_view secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr std::string_view old_secret = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
constexpr std::string_view v1 =
    "v1,sha256=bcc03fb52e0dc2b650043dc8c68d2d1ad82eea43238d286f9766691497443895";
constexpr std::string_view old_v1 =
    "v1,sha256=b793b5bf88cc94d28a6312dd298c3f47dbb0573465fc9636a06a35f26c870f72";
constexpr std::string_view with_id = "v1,hlXsywKd6EWcjPfZ86pzr2LbW+rxv3HxCZ0ovxdXCwU=";
constexpr std::string_view old_with_id = "v1,J++/xfayOP6tiADeEMdyumMFacJTWNssLjtA9Rve8sM=";

constexpr std::string_view stripe =
    "t=1795000000,v1=f043f53570e9f72a09b37db364c0dda076b5debf5a77aeaf33d9c3933dd79574";
constexpr std::string_view old_stripe =
    ",v1=ea7512b8f63f984f09f975955ce98ff93310f65c17102164c7502d433e73101b";

constexpr WallTime time(Milliseconds(1'795'000'000'999));

std::map<std::string, std::string> fields_of(const outbox::Endpoint& endpoint) {
    const Message message(endpoint,
                          {.event = job::parse_uuid("01a1eb21-d600-7000-8000-000000000001").value(),
                           .name = "transfer.cancelled",
                           .body = R"({"event":"transfer.cancelled"})",
                           .time = time,
                           .span = 0});
    BOOST_TEST(message.request().method == "POST");
    BOOST_TEST(message.request().url == endpoint.url);
    BOOST_TEST(message.request().body == R"({"event":"transfer.cancelled"})");
    std::map<std::string, std::string> all;
    for (const client::Field& field : message.request().fields) {
        BOOST_TEST(all.emplace(field.name, field.value).second);
    }
    return all;
}

BOOST_AUTO_TEST_SUITE(message)

BOOST_AUTO_TEST_CASE(what_it_says_and_how_it_is_signed) {
    outbox::Endpoint endpoint;
    endpoint.url = "https://example.org/hook";
    endpoint.secret = secret;
    auto fields = fields_of(endpoint);
    BOOST_TEST(fields["Content-Type"] == "application/json");
    BOOST_TEST(fields["X-Webhook-Event"] == "transfer.cancelled");
    BOOST_TEST(fields["X-Webhook-Timestamp"] == "1795000000");
    BOOST_TEST(fields["webhook-timestamp"] == "1795000000");
    BOOST_TEST(fields["webhook-id"] == "01a1eb21-d600-7000-8000-000000000001");
    BOOST_TEST(fields["X-Webhook-Signature"] == v1);
    BOOST_TEST(fields["webhook-signature"] == with_id);
    BOOST_TEST(fields["traceparent"] == "00-01a1eb21d60070008000000000000001-0100000000000000-00");
}

BOOST_AUTO_TEST_CASE(two_signatures_while_a_secret_is_replaced) {
    outbox::Endpoint endpoint;
    endpoint.url = "https://example.org/hook";
    endpoint.secret = secret;
    endpoint.previous_secret = old_secret;
    endpoint.previous_until = time + Milliseconds(1);
    auto fields = fields_of(endpoint);
    BOOST_TEST(fields["X-Webhook-Signature"] == std::string(v1) + " " + std::string(old_v1));
    BOOST_TEST(fields["webhook-signature"] ==
               std::string(with_id) + " " + std::string(old_with_id));
    endpoint.previous_until = time;
    BOOST_TEST(fields_of(endpoint)["X-Webhook-Signature"] == v1);
}

BOOST_AUTO_TEST_CASE(a_destination_gets_the_signature_that_its_libraries_verify) {
    outbox::Endpoint endpoint;
    endpoint.style = outbox::Style::stripe;
    endpoint.url = "https://example.org/hook";
    endpoint.secret = secret;
    auto fields = fields_of(endpoint);
    BOOST_TEST(fields.size() == 2U);
    BOOST_TEST(fields["Content-Type"] == "application/json; charset=utf-8");
    BOOST_TEST(fields["Stripe-Signature"] == stripe);
    endpoint.previous_secret = old_secret;
    endpoint.previous_until = time + Milliseconds(1);
    BOOST_TEST(fields_of(endpoint)["Stripe-Signature"] ==
               std::string(stripe) + std::string(old_stripe));
    endpoint.previous_until = time;
    BOOST_TEST(fields_of(endpoint)["Stripe-Signature"] == stripe);
}

BOOST_AUTO_TEST_CASE(secrets) {
    world::SeededEntropy entropy(1);
    const std::string made = make_secret(entropy);
    BOOST_TEST(made.size() == secret.size());
    BOOST_TEST(made.starts_with("whsec_"));
    BOOST_TEST(secret_bytes(made).size() == 32U);
    BOOST_TEST(make_secret(entropy) != made);
    BOOST_TEST(secret_bytes("AAEC").empty());
    BOOST_TEST(secret_bytes("whsec_?").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::webhooks
