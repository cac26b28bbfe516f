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

/// Of the tests of one file, so that none is left out unseen; all zero without the file.
struct Counts {
    std::size_t valid = 0;
    std::size_t invalid = 0;
    std::size_t skipped = 0;

    void check(std::size_t seen, const Counts& expected) const {
        BOOST_TEST(valid + invalid + skipped == seen);
        BOOST_TEST((seen == 0 || valid == expected.valid), "valid: " << valid);
        BOOST_TEST((seen == 0 || invalid == expected.invalid), "invalid: " << invalid);
        BOOST_TEST((seen == 0 || skipped == expected.skipped), "skipped: " << skipped);
    }
};

void judge(bool accepted, const json::object& test, Counts& counts) {
    const bool valid = text_of(test, "result") == "valid";
    BOOST_TEST(accepted == valid, describe(test));
    ++(valid ? counts.valid : counts.invalid);
}

void judge_signature(Algorithm algorithm, const explained<Key>& key, const json::object& test,
                     Counts& counts) {
    const std::string message = octets_of(test, "msg");
    const std::string made = octets_of(test, "sig");
    judge(key && verify_signature(algorithm, *key, as_byte_span(message), as_byte_span(made)), test,
          counts);
}

BOOST_AUTO_TEST_CASE(ecdsa_p256) {
    Counts counts;
    const std::size_t seen = for_each_vector(
        "ecdsa_secp256r1_sha256_p1363_test.json",
        [&](const json::object& group, const json::object& test) {
            const std::string point = octets_of(group.at("publicKey").as_object(), "uncompressed");
            const ByteSpan numbers = as_byte_span(point).subspan(1);
            judge_signature(Algorithm::es256, Key::p256(numbers.first(32), numbers.subspan(32)),
                            test, counts);
        });
    counts.check(seen, {173, 89, 0});
}

BOOST_AUTO_TEST_CASE(ed25519) {
    Counts counts;
    const std::size_t seen = for_each_vector(
        "ed25519_test.json", [&](const json::object& group, const json::object& test) {
            const std::string point = octets_of(group.at("publicKey").as_object(), "pk");
            judge_signature(Algorithm::eddsa, Key::ed25519(as_byte_span(point)), test, counts);
        });
    counts.check(seen, {88, 63, 0});
}

BOOST_AUTO_TEST_CASE(rsa_2048) {
    Counts counts;
    const std::size_t seen = for_each_vector(
        "rsa_signature_2048_sha256_test.json",
        [&](const json::object& group, const json::object& test) {
            if (text_of(test, "result") == "acceptable") {
                ++counts.skipped;  // a missing NULL: either will do
                return;
            }
            const json::object& key = group.at("publicKey").as_object();
            const std::string n = octets_of(key, "modulus");
            const std::string e = octets_of(key, "publicExponent");
            judge_signature(Algorithm::rs256, Key::rsa(as_byte_span(n), as_byte_span(e)), test,
                            counts);
        });
    counts.check(seen, {9, 249, 1});
}

BOOST_AUTO_TEST_CASE(hmac_sha256_tags) {
    Counts counts;
    const std::size_t seen = for_each_vector(
        "hmac_sha256_test.json", [&](const json::object& group, const json::object& test) {
            if (group.at("tagSize").to_number<int>() != 256) {
                ++counts.skipped;  // truncated tags: JWS has none
                return;
            }
            const std::string key = octets_of(test, "key");
            const std::string message = octets_of(test, "msg");
            const std::string tag = octets_of(test, "tag");
            judge(equal_in_constant_time(hmac_sha256(as_byte_span(key), as_byte_span(message)),
                                         as_byte_span(tag)),
                  test, counts);
        });
    counts.check(seen, {33, 54, 87});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
