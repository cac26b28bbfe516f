// Wycheproof's vectors of the primitives below JWS.
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "auth/digest.hpp"
#include "auth/key_set.hpp"
#include "auth/signature.hpp"
#include "tests/auth/tokens.hpp"
#include "tests/auth/wycheproof.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(wycheproof_primitive)

void check_signature(Algorithm algorithm, const explained<Key>& key, const json::object& test) {
    const std::string message = octets_of(test, "msg");
    const std::string made = octets_of(test, "sig");
    const bool accepted =
        key && verify_signature(algorithm, *key, as_byte_span(message), as_byte_span(made));
    BOOST_TEST(accepted == (text_of(test, "result") == "valid"), describe(test));
}

BOOST_AUTO_TEST_CASE(ecdsa_p256) {
    for_each_vector("ecdsa_secp256r1_sha256_p1363_test.json", [](const json::object& group,
                                                                 const json::object& test) {
        const std::string point = octets_of(group.at("publicKey").as_object(), "uncompressed");
        const ByteSpan numbers = as_byte_span(point).subspan(1);
        check_signature(Algorithm::es256, Key::p256(numbers.first(32), numbers.subspan(32)), test);
    });
}

BOOST_AUTO_TEST_CASE(ed25519) {
    for_each_vector("ed25519_test.json", [](const json::object& group, const json::object& test) {
        const std::string point = octets_of(group.at("publicKey").as_object(), "pk");
        check_signature(Algorithm::eddsa, Key::ed25519(as_byte_span(point)), test);
    });
}

BOOST_AUTO_TEST_CASE(rsa_2048) {
    for_each_vector("rsa_signature_2048_sha256_test.json", [](const json::object& group,
                                                              const json::object& test) {
        const json::object& key = group.at("publicKey").as_object();
        const std::string n = octets_of(key, "modulus");
        const std::string e = octets_of(key, "publicExponent");
        if (text_of(test, "result") == "acceptable") {
            return;  // a missing NULL: either will do
        }
        check_signature(Algorithm::rs256, Key::rsa(as_byte_span(n), as_byte_span(e)), test);
    });
}

BOOST_AUTO_TEST_CASE(hmac_sha256_tags) {
    for_each_vector(
        "hmac_sha256_test.json", [](const json::object& group, const json::object& test) {
            if (group.at("tagSize").to_number<int>() != 256) {
                return;  // truncated tags: JWS has none
            }
            const std::string key = octets_of(test, "key");
            const std::string message = octets_of(test, "msg");
            const std::string tag = octets_of(test, "tag");
            const bool equal = equal_in_constant_time(
                hmac_sha256(as_byte_span(key), as_byte_span(message)), as_byte_span(tag));
            BOOST_TEST(equal == (text_of(test, "result") == "valid"), describe(test));
        });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
