#include "auth/signed_url.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/base64.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(signed_url)

constexpr std::string_view path = "/v1/export-jobs/0189a2c4/download";
constexpr Milliseconds hour{3'600'000};

struct Fixture {
    world::SeededEntropy entropy{21};
    UrlKeyRing ring = UrlKeyRing::make(test_time, entropy);
    UrlSigner signer{ring};
    UrlGrant grant{job::parse_uuid(tenant_text).value(), "batchv2_abc"};
    std::string query = signer.sign("GET", path, grant, hour, test_time);

    boost::system::error_code fault(std::string_view text, std::string_view method = "GET",
                                    std::string_view at = path, WallTime now = test_time) const {
        const result<UrlGrant> verified = signer.verify(method, at, text, now);
        return verified ? boost::system::error_code() : verified.error();
    }

    std::string replaced(std::string_view from, std::string_view to) const {
        std::string changed = query;
        const std::size_t at = changed.find(from);
        BOOST_TEST_REQUIRE(at != std::string::npos);
        return changed.replace(at, from.size(), to);
    }
};

BOOST_FIXTURE_TEST_CASE(grants_what_was_signed, Fixture) {
    BOOST_TEST(query.starts_with("expires=1795377600&key="));
    const UrlGrant read = signer.verify("GET", path, query, test_time).value();
    BOOST_TEST((read.tenant == grant.tenant));
    BOOST_TEST(read.object == grant.object);
    BOOST_TEST(!fault(query, "HEAD"));
}

BOOST_FIXTURE_TEST_CASE(nothing_else_is_granted, Fixture) {
    for (const std::string_view method : {"PUT", "POST", "DELETE", "get", "head", ""}) {
        BOOST_TEST((fault(query, method) == TokenError::bad_url_signature), method);
    }
    const std::string put = signer.sign("PUT", path, grant, hour, test_time);
    BOOST_TEST(!fault(put, "PUT"));
    BOOST_TEST((fault(put, "GET") == TokenError::bad_url_signature));
    BOOST_TEST((fault(put, "HEAD") == TokenError::bad_url_signature));
    for (const std::string_view other :
         {"/v1/export-jobs/0189a2c5/download", "/v1/export-jobs/0189a2c4/download/",
          "/v1/export-jobs/0189a2c4/downloa", "/v1/export-jobs/0189a2c4/downloa%64",
          "/v1/export%2Djobs/0189a2c4/download", "//v1/export-jobs/0189a2c4/download",
          "/v1/./export-jobs/0189a2c4/download", ""}) {
        BOOST_TEST((fault(query, "GET", other) == TokenError::bad_url_signature), other);
    }
}

BOOST_FIXTURE_TEST_CASE(every_octet_counts, Fixture) {
    for (std::size_t at = 0; at < query.size(); ++at) {
        for (const unsigned bit : {1U, 2U, 32U}) {
            std::string flipped = query;
            flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ bit);
            BOOST_TEST(fault(flipped), flipped);
        }
        BOOST_TEST(fault(query.substr(0, at)));
        std::string encoded = query;
        encoded.replace(at, 1, "%" + hex_encode(as_byte_span(query.substr(at, 1))));
        BOOST_TEST((fault(encoded) == TokenError::bad_url), encoded);
    }
}

BOOST_FIXTURE_TEST_CASE(fields_do_not_stand_in_for_one_another, Fixture) {
    BOOST_TEST((fault(replaced(tenant_text, "0189a2c4-5b7e-7cde-8f01-23456789abce")) ==
                TokenError::bad_url_signature));
    BOOST_TEST((fault(replaced(tenant_text, "0189A2C4-5B7E-7CDE-8F01-23456789ABCD")) ==
                TokenError::bad_url));
    BOOST_TEST(
        (fault(replaced(tenant_text, "0189a2c45b7e7cde8f0123456789abcd")) == TokenError::bad_url));
    BOOST_TEST((fault(replaced("batchv2_abc", "batchv2_abd")) == TokenError::bad_url_signature));
    BOOST_TEST((fault(replaced("version=1", "version=2")) == TokenError::bad_url));
    BOOST_TEST((fault(replaced("version=1", "version=01")) == TokenError::bad_url));
    // Moving an octet over the border of two signed fields.
    const std::string longer = std::string(path) + "x";
    BOOST_TEST((fault(query, "GET", longer) == TokenError::bad_url_signature));
    BOOST_TEST((fault(query, "GET/", path.substr(1)) == TokenError::bad_url_signature));
}

BOOST_FIXTURE_TEST_CASE(parameters_come_once_and_no_others_do, Fixture) {
    const std::string expires = "expires=1795377600";
    for (const std::string& bad :
         {std::string(),
          "?" + query,
          query + "&",
          "&" + query,
          query + "&" + expires,
          expires + "&" + query,
          query + "&expires=1895377600",
          query + "&x=1",
          query + "&x",
          query + "&=",
          query + "#x",
          replaced("&key=", "&&key="),
          replaced("&key=", ";key="),
          replaced(expires + "&", ""),
          replaced("expires=", "Expires="),
          replaced(expires, "expires=%31795377600"),
          replaced(expires, "expires=%2531795377600"),
          replaced(expires, "expires="),
          replaced(expires, "expires"),
          replaced("object=batchv2_abc", "object=a&object=batchv2_abc"),
          replaced("object=batchv2_abc", expires),
          replaced("object=batchv2_abc", "object=" + std::string(1200, 'a')),
          replaced("object=batchv2_abc", "object=" + std::string(129, 'a')),
          replaced("object=batchv2_abc", "object=batchv2+abc")}) {
        BOOST_TEST((fault(bad) == TokenError::bad_url), bad);
    }
    // In any order: a proxy may sort them.
    const std::size_t end = query.find('&');
    BOOST_TEST(!fault(query.substr(end + 1) + "&" + query.substr(0, end)));
}

BOOST_FIXTURE_TEST_CASE(the_signature_has_one_form, Fixture) {
    const std::size_t begin = query.find("signature=") + 10;
    const std::string signature = query.substr(begin, 43);
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string other = signature;
    other.back() = alphabet[alphabet.find(signature.back()) + 1];  // unused bits
    for (const std::string& bad : {other, signature + "=", std::string("A")}) {
        BOOST_TEST((fault(replaced(signature, bad)) == TokenError::bad_url), bad);
    }
    for (const std::string& bad : {signature + "A", std::string("AAAA"), std::string(43, 'A')}) {
        BOOST_TEST((fault(replaced(signature, bad)) == TokenError::bad_url_signature), bad);
    }
}

BOOST_FIXTURE_TEST_CASE(time_ends_it, Fixture) {
    const WallTime end = test_time + hour;
    BOOST_TEST(!fault(query, "GET", path, end - Milliseconds(1)));
    BOOST_TEST((fault(query, "GET", path, end) == TokenError::expired_url));
    for (const std::string_view bad :
         {"expires=0", "expires=-1", "expires=01795377600", "expires=1795377600.0", "expires=1e9",
          "expires=9999999999999", "expires=18446744073709551617", "expires=0x6b035c80"}) {
        BOOST_TEST((fault(replaced("expires=1795377600", bad)) == TokenError::bad_url), bad);
    }
    BOOST_TEST((fault(replaced("expires=1795377600", "expires=1795377601")) ==
                TokenError::bad_url_signature));
}

BOOST_FIXTURE_TEST_CASE(a_week_is_the_most, Fixture) {
    const std::string week = signer.sign("GET", path, grant, UrlSigner::lifetime_max, test_time);
    BOOST_TEST(!fault(week));
    BOOST_TEST(!fault(week, "GET", path, test_time - std::chrono::seconds(60)));
    // Signed when the clock was far ahead: it would live for longer than a week.
    BOOST_TEST((fault(week, "GET", path, test_time - std::chrono::seconds(61)) ==
                TokenError::expired_url));
    const std::string between =
        signer.sign("GET", path, grant, UrlSigner::lifetime_max, test_time + Milliseconds(1));
    BOOST_TEST(!fault(between, "GET", path, test_time + Milliseconds(1)));
}

BOOST_FIXTURE_TEST_CASE(keys_rotate_and_are_revoked_by_id, Fixture) {
    const std::string old_id = ring.signing().id;
    ring.rotate(test_time, entropy);
    const UrlSigner rotated(ring);
    BOOST_TEST(rotated.verify("GET", path, query, test_time).has_value());
    const std::string newer = rotated.sign("GET", path, grant, hour, test_time);
    BOOST_TEST((fault(newer) == TokenError::bad_url_signature));  // the old ring does not know it
    BOOST_TEST(ring.remove(old_id));
    const UrlSigner revoked(ring);
    BOOST_TEST(
        (revoked.verify("GET", path, query, test_time).error() == TokenError::bad_url_signature));
    BOOST_TEST(revoked.verify("GET", path, newer, test_time).has_value());
    // The same signature under the id of another key.
    BOOST_TEST(
        (rotated.verify("GET", path, replaced(old_id, ring.signing().id), test_time).error() ==
         TokenError::bad_url_signature));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
