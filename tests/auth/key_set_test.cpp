#include "auth/key_set.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/base64.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(key_set)

std::string oct(std::string_view members, std::string_view octets) {
    return "{" + std::string(members) + R"("kty":"oct","k":")" + encode(octets) + "\"}";
}

std::size_t count(std::string_view keys) {
    const explained<KeySet> set = KeySet::parse(jwks(keys));
    BOOST_TEST_REQUIRE(set.has_value(), keys << ": " << set.error().what);
    return set->keys().size();
}

bool is_refused(std::string_view keys) {
    return KeySet::parse(jwks(keys)).has_error();
}

BOOST_AUTO_TEST_CASE(reads_every_type) {
    const explained<KeySet> set =
        KeySet::parse(jwks(rsa_key().jwk(R"("kid":"r","use":"sig",)") + "," +
                           p256_key().jwk(R"("kid":"p","alg":"ES256",)") + "," +
                           ed25519_key().jwk(R"("key_ops":["verify"],)")));
    BOOST_TEST_REQUIRE(set.has_value());
    BOOST_TEST_REQUIRE(set->keys().size() == 3U);
    BOOST_TEST((set->keys()[0].id == "r"));
    BOOST_TEST((set->keys()[0].key.type() == Key::Type::rsa));
    BOOST_TEST((set->keys()[1].key.type() == Key::Type::p256));
    BOOST_TEST((set->keys()[2].key.type() == Key::Type::ed25519));
    BOOST_TEST(!set->keys()[2].id.has_value());
    BOOST_TEST(count(oct("", secret_text)) == 1U);
    BOOST_TEST(count("") == 0U);
}

BOOST_AUTO_TEST_CASE(the_key_says_which_algorithms_it_serves) {
    const auto algorithms = [](const std::string& jwk) {
        return KeySet::parse(jwks(jwk)).value().keys().at(0).algorithms;
    };
    const AlgorithmSet open_rsa = algorithms(rsa_key().jwk(""));
    BOOST_TEST(open_rsa.has(Algorithm::rs256));
    BOOST_TEST(open_rsa.has(Algorithm::ps256));
    BOOST_TEST(!open_rsa.has(Algorithm::hs256));
    const AlgorithmSet bound_rsa = algorithms(rsa_key().jwk(R"("alg":"PS256",)"));
    BOOST_TEST(!bound_rsa.has(Algorithm::rs256));
    BOOST_TEST(bound_rsa.has(Algorithm::ps256));
    const AlgorithmSet short_secret = algorithms(oct("", secret_text.substr(0, 32)));
    BOOST_TEST(short_secret.has(Algorithm::hs256));
    BOOST_TEST(!short_secret.has(Algorithm::hs384));
    const AlgorithmSet middle_secret = algorithms(oct("", secret_text.substr(0, 48)));
    BOOST_TEST(middle_secret.has(Algorithm::hs384));
    BOOST_TEST(!middle_secret.has(Algorithm::hs512));
    BOOST_TEST(algorithms(oct("", secret_text)).has(Algorithm::hs512));
}

BOOST_AUTO_TEST_CASE(skips_what_is_not_for_us) {
    for (const std::string& jwk : {
             std::string(R"({"kty":"AKP","alg":"ML-DSA-44","pub":"AA"})"),
             std::string(R"({"kid":"no kty"})"),
             std::string(R"({"kty":7})"),
             std::string(R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})"),
             std::string(R"({"kty":"OKP","crv":"X25519","x":"AA"})"),
             rsa_key().jwk(R"("use":"enc",)"),
             rsa_key().jwk(R"("use":null,)"),
             rsa_key().jwk(R"("key_ops":["encrypt"],)"),
             rsa_key().jwk(R"("key_ops":[],)"),
             rsa_key().jwk(R"("key_ops":"verify",)"),
             rsa_key().jwk(R"("alg":"RS512",)"),
             rsa_key().jwk(R"("alg":"none",)"),
             rsa_key().jwk(R"("alg":"HS256",)"),
             rsa_key().jwk(R"("alg":"ES256",)"),
             rsa_key().jwk(R"("alg":null,)"),
         }) {
        BOOST_TEST(count(jwk) == 0U, jwk);
        BOOST_TEST(count(jwk + "," + p256_key().jwk("")) == 1U, jwk);
    }
}

BOOST_AUTO_TEST_CASE(one_weak_or_damaged_key_refuses_the_set) {
    const std::string good = rsa_key().jwk("");
    const std::string n = encode(rsa_key().first());
    const std::string even = encode(rsa_key().first().substr(0, 255) + '\2');
    const auto with_exponent = [&](std::string_view e) {
        return R"({"kty":"RSA","n":")" + n + R"(","e":")" + encode(e) + "\"}";
    };
    std::string identity = encode('\1' + std::string(31, '\0'));
    for (const std::string& jwk : {
             std::string("7"),
             std::string(R"({"kty":"RSA"})"),
             with_exponent("\1"),
             with_exponent("\4"),
             with_exponent(std::string(1, '\0')),
             with_exponent(""),
             with_exponent("\1\1\1\1\1\1\1\1\1"),
             R"({"kty":"RSA","n":")" + even + R"(","e":"AQAB"})",
             R"({"kty":"RSA","n":")" + n + R"(=","e":"AQAB"})",
             R"({"kty":"RSA","n":")" + encode(std::string(1026, '\x7f')) + R"(","e":"AQAB"})",
             SigningKey::rsa(1024).jwk(""),
             std::string(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})"),
             R"({"kty":"EC","crv":"P-256","x":")" + encode(std::string(32, '\1')) + R"(","y":")" +
                 encode(std::string(32, '\1')) + "\"}",
             R"({"kty":"EC","crv":"P-256","x":")" + encode(std::string(32, '\0')) + R"(","y":")" +
                 encode(std::string(32, '\0')) + "\"}",
             std::string(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})"),
             R"({"kty":"OKP","crv":"Ed25519","x":")" + identity + "\"}",
             oct("", secret_text.substr(0, 31)),
             oct("", ""),
             oct(R"("alg":"HS384",)", secret_text.substr(0, 47)),
             oct(R"("alg":"HS512",)", secret_text.substr(0, 63)),
             rsa_key().jwk(R"("kid":7,)"),
         }) {
        BOOST_TEST(is_refused(jwk), jwk);
        BOOST_TEST(is_refused(good + "," + jwk), jwk);
    }
}

BOOST_AUTO_TEST_CASE(a_kid_names_one_key) {
    BOOST_TEST(is_refused(rsa_key().jwk(R"("kid":"a",)") + "," + p256_key().jwk(R"("kid":"a",)")));
    BOOST_TEST(is_refused(rsa_key().jwk(R"("kid":"a",)") + "," +
                          foreign_rsa_key().jwk(R"("kid":"a","use":"enc",)")));
    BOOST_TEST(count(rsa_key().jwk("") + "," + foreign_rsa_key().jwk("")) == 2U);
}

BOOST_AUTO_TEST_CASE(secrets_and_public_keys_do_not_mix) {
    BOOST_TEST(is_refused(oct("", secret_text) + "," + rsa_key().jwk("")));
    BOOST_TEST(count(oct("", secret_text) + "," + rsa_key().jwk(R"("use":"enc",)")) == 1U);
}

BOOST_AUTO_TEST_CASE(the_set_is_one_strict_json_object_of_bounded_size) {
    const std::string key = rsa_key().jwk("");
    for (const std::string& text :
         {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"),
          R"({"keys":[],"keys":[)" + key + "]}", "\xef\xbb\xbf" + jwks(key), jwks(key) + "x",
          jwks(rsa_key().jwk(R"("kid":"a","kid":"b",)"))}) {
        BOOST_TEST(KeySet::parse(text).has_error(), text);
    }
    std::string many = key;
    for (std::size_t at = 1; at < KeySet::keys_max; ++at) {
        many += "," + key;
    }
    BOOST_TEST(count(many) == KeySet::keys_max);
    BOOST_TEST(is_refused(many + "," + key));
    const std::string full = jwks("") + std::string(KeySet::json_bytes_max - jwks("").size(), ' ');
    BOOST_TEST(KeySet::parse(full).has_value());
    BOOST_TEST((KeySet::parse(full + " ").error().code == Error::too_large));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
