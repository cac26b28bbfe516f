// Wycheproof's JWS, JWK and mixed vectors: the valid ones of our algorithms verify, all others are
// refused (reliability 6.1).
#include <set>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include "auth/jws.hpp"
#include "tests/auth/tokens.hpp"
#include "tests/auth/wycheproof.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(wycheproof_jws)

/// The set of a group: its public half, or its secret where that is all there is. Empty if refused.
KeySet keys_of(const json::object& group) {
    const json::value* half = group.if_contains("public");
    const json::value& key = half != nullptr ? *half : group.at("private");
    const bool is_set = key.as_object().contains("keys");
    const std::string text = json::serialize(key);
    const explained<KeySet> set = KeySet::parse(is_set ? text : jwks(text));
    return set ? *set : KeySet();
}

bool is_valid(const json::object& test) {
    return text_of(test, "result") == "valid";
}

struct Counts {
    int accepted = 0;
    int refused = 0;
};

/// `skipped`: tests that prove nothing. `refused_though_valid`: outside of what belay speaks.
Counts run_file(std::string_view file, const std::set<int>& skipped,
                const std::set<int>& refused_though_valid) {
    Counts counts;
    for_each_vector(file, [&](const json::object& group, const json::object& test) {
        const int id = test.at("tcId").to_number<int>();
        const json::value* jws = test.if_contains("jws");
        if (skipped.contains(id) || jws == nullptr) {
            return;
        }
        // One test has the JSON form instead, as an object.
        const std::string token =
            jws->is_string() ? std::string(jws->as_string()) : json::serialize(*jws);
        const bool accepted = verify_jws(token, keys_of(group)).has_value();
        const bool expected = is_valid(test) && !refused_though_valid.contains(id);
        BOOST_TEST(accepted == expected, file << " " << describe(test));
        ++(accepted ? counts.accepted : counts.refused);
    });
    return counts;
}

BOOST_AUTO_TEST_CASE(signatures) {
    std::set<int> refused{372, 373};                           // a '?' inside base64url
    refused.insert({264, 265, 266, 267, 268, 269, 270, 271});  // RS384, RS512
    refused.insert({320, 321, 322, 323, 325, 326, 327, 328});  // PS384, PS512
    refused.insert({346, 350});  // PS384 by a key that is bound to PS256
    refused.insert({347, 351});  // ES512
    // 367 and 370 lost their padding: they are octet for octet the valid 357.
    const Counts counts = run_file("json_web_signature_test.json", {367, 370}, refused);
    BOOST_TEST((counts.accepted == 0 || counts.accepted + counts.refused == 399));
}

BOOST_AUTO_TEST_CASE(keys) {
    run_file("json_web_key_test.json", {}, {});
}

BOOST_AUTO_TEST_CASE(signatures_beside_encryption) {
    run_file("json_web_crypto_test.json", {}, {});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
