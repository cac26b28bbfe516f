// Wycheproof's JWS, JWK and mixed vectors: the valid ones of our algorithms verify, all others are
// refused (reliability 6.1).
#include <ostream>
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

/// Of the tests of one file; together all of them.
struct Counts {
    int accepted = 0;
    int refused = 0;
    int skipped = 0;        ///< tests that prove nothing, by tcId
    int without_token = 0;  ///< tests of encryption: belay has none

    friend bool operator==(const Counts&, const Counts&) = default;
};

std::ostream& operator<<(std::ostream& stream, const Counts& counts) {
    return stream << counts.accepted << " accepted, " << counts.refused << " refused, "
                  << counts.skipped << " skipped, " << counts.without_token << " without a token";
}

/// `refused_though_valid`: outside of what belay speaks. A file that shrinks, or a test that is
/// judged otherwise, changes the counts. Without the vectors nothing is judged.
void run_file(std::string_view file, const std::set<int>& skipped,
              const std::set<int>& refused_though_valid, const Counts& expected) {
    Counts counts;
    std::set<int> skips_left = skipped;
    std::set<int> refusals_left = refused_though_valid;
    const std::size_t seen =
        for_each_vector(file, [&](const json::object& group, const json::object& test) {
            const int id = test.at("tcId").to_number<int>();
            if (skipped.contains(id)) {
                skips_left.erase(id);
                ++counts.skipped;
                return;
            }
            const json::value* jws = test.if_contains("jws");
            if (jws == nullptr) {
                ++counts.without_token;
                return;
            }
            // One test has the JSON form instead, as an object.
            const std::string token =
                jws->is_string() ? std::string(jws->as_string()) : json::serialize(*jws);
            const bool accepted = verify_jws(token, keys_of(group)).has_value();
            const bool on_purpose = is_valid(test) && refusals_left.erase(id) > 0;
            BOOST_TEST(accepted == (is_valid(test) && !on_purpose), file << " " << describe(test));
            ++(accepted ? counts.accepted : counts.refused);
        });
    if (seen == 0) {
        return;
    }
    BOOST_TEST(counts == expected, file << ": " << counts);
    BOOST_TEST(skips_left.empty());
    BOOST_TEST(refusals_left.empty());
}

BOOST_AUTO_TEST_CASE(signatures) {
    std::set<int> refused{372, 373};                           // a '?' inside base64url
    refused.insert({264, 265, 266, 267, 268, 269, 270, 271});  // RS384, RS512
    refused.insert({320, 321, 322, 323, 325, 326, 327, 328});  // PS384, PS512
    refused.insert({346, 350});  // PS384 by a key that is bound to PS256
    refused.insert({347, 351});  // ES512
    // 367 and 370 lost their padding: they are octet for octet the valid 357.
    run_file("json_web_signature_test.json", {367, 370}, refused, {24, 375, 2, 0});
}

BOOST_AUTO_TEST_CASE(keys) {
    run_file("json_web_key_test.json", {}, {}, {5, 21, 0, 0});
}

BOOST_AUTO_TEST_CASE(signatures_beside_encryption) {
    run_file("json_web_crypto_test.json", {}, {}, {4, 45, 0, 34});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
