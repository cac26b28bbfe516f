#include "auth/claims.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(claims)

const std::string tenant_claim = R"("tenantId":")" + std::string(tenant_text) + "\"";
const std::string base = R"("exp":1795377600,"sub":"user-1",)" + tenant_claim;

result<Verified> read(const std::string& members, const ClaimRules& rules = {},
                      WallTime now = test_time) {
    return read_claims("{" + members + "}", rules, now);
}

boost::system::error_code fault(const std::string& members, const ClaimRules& rules = {},
                                WallTime now = test_time) {
    const result<Verified> verified = read(members, rules, now);
    return verified ? boost::system::error_code() : verified.error();
}

WallTime at_second(std::int64_t seconds) {
    return WallTime(std::chrono::seconds(seconds));
}

BOOST_AUTO_TEST_CASE(a_good_payload_makes_a_principal) {
    const result<Verified> verified =
        read(base + R"(,"scope":"exports:read admin","livemode":false,"aud":["a"],"iat":1.5)");
    BOOST_TEST_REQUIRE(verified.has_value());
    const Principal& principal = verified->principal;
    BOOST_TEST(job::format_uuid(principal.tenant) == tenant_text);
    BOOST_TEST(principal.subject == "user-1");
    BOOST_TEST(principal.scopes.has("exports:read"));
    BOOST_TEST(principal.scopes.has("admin"));
    BOOST_TEST(!principal.scopes.has("exports:write"));
    BOOST_TEST((principal.mode == Mode::test));
    BOOST_TEST((principal.credential == Credential::token));
    BOOST_TEST((verified->valid_until == at_second(1795377660)));
}

BOOST_AUTO_TEST_CASE(what_is_absent_has_its_default) {
    const Principal principal = read(base).value().principal;
    BOOST_TEST((principal.mode == Mode::live));
    BOOST_TEST(principal.scopes.has("exports:write"));
    BOOST_TEST(!principal.scopes.has("admin"));
    const Principal without_scope = read(base + R"(,"scope":"")").value().principal;
    BOOST_TEST(!without_scope.scopes.has("exports:read"));
}

BOOST_AUTO_TEST_CASE(time_is_exact_at_both_ends) {
    ClaimRules rules;
    for (const int leeway : {0, 1, 60}) {
        rules.leeway = std::chrono::seconds(leeway);
        const WallTime end = at_second(1795377600 + leeway);
        BOOST_TEST(!fault(base, rules, end - Milliseconds(1)));
        BOOST_TEST((fault(base, rules, end) == TokenError::expired));
        const std::string later = base + R"(,"nbf":1795370000)";
        const WallTime begin = at_second(1795370000 - leeway);
        BOOST_TEST(!fault(later, rules, begin));
        BOOST_TEST((fault(later, rules, begin - Milliseconds(1)) == TokenError::not_yet_valid));
    }
    const std::string rest = R"(,"sub":"u",)" + tenant_claim;
    rules.leeway = Milliseconds(0);
    BOOST_TEST(!fault(R"("exp":1795374000.5)" + rest, rules, test_time + Milliseconds(499)));
    BOOST_TEST((fault(R"("exp":1795374000.5)" + rest, rules, test_time + Milliseconds(500)) ==
                TokenError::expired));
    BOOST_TEST(!fault(R"("exp":1.7953776e9)" + rest));
    BOOST_TEST(!fault(R"("exp":253402300799)" + rest));
}

BOOST_AUTO_TEST_CASE(dates_are_sane_numbers) {
    const std::string rest = R"("sub":"u",)" + tenant_claim;
    BOOST_TEST((fault(rest) == TokenError::bad_claim));
    for (const std::string bad :
         {"\"1795377600\"", "true", "null", "[1795377600]", "{}", "-1", "-1e300", "1e300",
          "18446744073709551615", "9223372036854775808", "253402300800", "1795377600000"}) {
        BOOST_TEST((fault("\"exp\":" + bad + "," + rest) == TokenError::bad_claim), bad);
        BOOST_TEST((fault("\"nbf\":" + bad + "," + base) == TokenError::bad_claim), bad);
        BOOST_TEST((fault("\"iat\":" + bad + "," + base) == TokenError::bad_claim), bad);
    }
    for (const std::string bad : {"1e999", "-1e999", "18446744073709551617", "1e-999"}) {
        BOOST_TEST((fault("\"exp\":" + bad + "," + rest) == TokenError::bad_payload), bad);
    }
    BOOST_TEST((fault(R"("exp":0,)" + rest) == TokenError::expired));
}

BOOST_AUTO_TEST_CASE(the_tenant_is_one_uuid) {
    const std::string rest = R"("exp":1795377600,"sub":"u")";
    const std::string quoted = "\"" + std::string(tenant_text) + "\"";
    BOOST_TEST(!fault(rest + ",\"tenant_id\":" + quoted));
    BOOST_TEST(!fault(rest + ",\"tenant_id\":" + quoted + ",\"tenantId\":" + quoted));
    BOOST_TEST((fault(rest) == TokenError::bad_claim));
    BOOST_TEST(
        (fault(rest + ",\"tenant_id\":" + quoted +
               R"(,"tenantId":"0189a2c4-5b7e-7cde-8f01-23456789abce")") == TokenError::bad_claim));
    BOOST_TEST(
        (fault(rest + ",\"tenant_id\":null,\"tenantId\":" + quoted) == TokenError::bad_claim));
    for (const std::string& bad : {std::string("null"), std::string("\"\""), std::string("7"),
                                   "[" + quoted + "]", std::string("{}"), std::string("\"*\""),
                                   std::string("\"00000000-0000-0000-0000-000000000000\"")}) {
        BOOST_TEST((fault(rest + ",\"tenantId\":" + bad) == TokenError::bad_claim), bad);
    }
    BOOST_TEST((fault(rest + ",\"TenantId\":" + quoted) == TokenError::bad_claim));
}

BOOST_AUTO_TEST_CASE(the_subject_is_text_of_bounded_size) {
    const std::string rest = R"("exp":1795377600,)" + tenant_claim + ",\"sub\":";
    BOOST_TEST(!fault(rest + "\"" + std::string(256, 'x') + "\""));
    BOOST_TEST((fault(R"("exp":1795377600,)" + tenant_claim) == TokenError::bad_claim));
    for (const std::string& bad :
         {std::string("\"\""), std::string("null"), std::string("7"), std::string("[\"u\"]"),
          "\"" + std::string(257, 'x') + "\"", std::string(R"("a\nb")"),
          std::string(R"("a\u0000")"), std::string(R"("\u007f")")}) {
        BOOST_TEST((fault(rest + bad) == TokenError::bad_claim), bad);
    }
}

BOOST_AUTO_TEST_CASE(scopes_and_mode_have_their_types) {
    for (const std::string bad :
         {R"("scope":["exports:read"])", R"("scope":null)", R"("scope":1)", R"("scope":"a\"b")",
          R"("scope":"a\tb")", R"("scope":"é")", R"("livemode":"false")", R"("livemode":0)",
          R"("livemode":null)"}) {
        BOOST_TEST((fault(base + "," + bad) == TokenError::bad_claim), bad);
    }
    std::string many;
    for (int at = 0; at < 64; ++at) {
        many += " s" + std::to_string(at);
    }
    BOOST_TEST(!fault(base + R"(,"scope":")" + many + "\""));
    BOOST_TEST((fault(base + R"(,"scope":")" + many + " x\"") == TokenError::bad_claim));
    const Principal similar = read(base + R"(,"scope":"exports:readx ADMIN")").value().principal;
    BOOST_TEST(!similar.scopes.has("exports:read"));
    BOOST_TEST(!similar.scopes.has("admin"));
}

BOOST_AUTO_TEST_CASE(issuer_and_audience_match_whole_when_configured) {
    ClaimRules rules;
    rules.issuer = "https://id.example";
    rules.audience = "belay";
    const std::string issuer = base + R"(,"iss":"https://id.example")";
    const std::string audience = base + R"(,"aud":"belay")";
    const std::string both = issuer + R"(,"aud":"belay")";
    BOOST_TEST(!fault(both, rules));
    BOOST_TEST(!fault(issuer + R"(,"aud":["other","belay"])", rules));
    BOOST_TEST((fault(audience, rules) == TokenError::wrong_issuer));
    BOOST_TEST((fault(issuer, rules) == TokenError::wrong_audience));
    for (const std::string bad :
         {R"("https://id.example/")", R"("https://id.exampl")", R"("HTTPS://id.example")",
          R"(["https://id.example"])", R"({"a":"https://id.example"})", "null", R"("")"}) {
        BOOST_TEST((fault(audience + ",\"iss\":" + bad, rules) == TokenError::wrong_issuer), bad);
    }
    for (const std::string bad :
         {R"("bela")", R"("belays")", R"("Belay")", R"("")", "[]", R"(["other"])"}) {
        BOOST_TEST((fault(issuer + ",\"aud\":" + bad, rules) == TokenError::wrong_audience), bad);
    }
    for (const std::string bad :
         {"null", "7", R"({"belay":true})", R"(["belay",7])", R"([["belay"]])"}) {
        BOOST_TEST((fault(issuer + ",\"aud\":" + bad, rules) == TokenError::bad_claim), bad);
    }
}

BOOST_AUTO_TEST_CASE(the_payload_is_one_object_with_each_name_once) {
    using namespace std::string_literals;
    for (const std::string& bad :
         {""s, "null"s, "[]"s, "\"\""s, "{" + base + "}x", "\xef\xbb\xbf{" + base + "}",
          "{" + base + R"(,"exp":1995377600})", "{" + base + R"(,"sub":"root"})",
          "{" + base + R"(,"s\u0075b":"root"})", "{" + base + ",\"x\":\"\xff\"}",
          "{" + base + R"(,"sub\u0000":"root"})"}) {
        BOOST_TEST((read_claims(bad, {}, test_time).error() == TokenError::bad_payload), bad);
    }
}

BOOST_AUTO_TEST_CASE(what_belay_writes_it_reads) {
    TokenRequest request;
    request.tenant = job::parse_uuid(tenant_text).value();
    request.subject = "someone \"quoted\"";
    request.scopes = std::vector<std::string>{"exports:read", "batches:write"};
    request.mode = Mode::test;
    request.lifetime = std::chrono::seconds(90);
    request.issuer = "i";
    request.audience = "a";
    ClaimRules rules;
    rules.issuer = "i";
    rules.audience = "a";
    rules.leeway = Milliseconds(0);
    const result<Verified> verified =
        read_claims(write_claims(request, test_time), rules, test_time);
    BOOST_TEST_REQUIRE(verified.has_value());
    BOOST_TEST((verified->valid_until == test_time + std::chrono::seconds(90)));
    BOOST_TEST((verified->principal.tenant == request.tenant));
    BOOST_TEST(verified->principal.subject == request.subject);
    BOOST_TEST(verified->principal.scopes.has("batches:write"));
    BOOST_TEST(!verified->principal.scopes.has("batches:read"));
    BOOST_TEST((verified->principal.mode == Mode::test));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
