// Every kind of token that an attacker sends (reliability 6.1, RFC 8725), against a set with one
// key of each type. Each case changes one thing of a token that verifies.
#include <boost/test/unit_test.hpp>

#include "auth/jws.hpp"
#include "core/base/base64.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(hostile_token)

const std::string payload = good_payload();

const KeySet& keys() {
    static const KeySet set = [] {
        std::vector<VerificationKey> all =
            KeySet::parse(jwks(rsa_key().jwk(R"("kid":"r","alg":"RS256",)") + "," +
                               p256_key().jwk(R"("kid":"p",)") + "," +
                               ed25519_key().jwk(R"("kid":"e",)")))
                .value()
                .keys();
        const Key secret = Key::secret(std::string(secret_text)).value();
        all.push_back({std::nullopt, secret, secret.algorithms()});
        return KeySet(std::move(all));
    }();
    return set;
}

boost::system::error_code fault(const std::string& token) {
    const result<std::string> verified = verify_jws(token, keys());
    return verified ? boost::system::error_code() : verified.error();
}

bool is_good(const std::string& token) {
    return !fault(token);
}

/// Signed with our own secret: only the header is at fault.
boost::system::error_code header_fault(const std::string& header) {
    return fault(hmac_token(secret_text, header, payload));
}

BOOST_AUTO_TEST_CASE(the_unchanged_tokens_are_good) {
    BOOST_TEST(is_good(hmac_token(secret_text, R"({"alg":"HS256"})", payload)));
    BOOST_TEST(
        is_good(token_by(rsa_key(), Algorithm::rs256, R"({"alg":"RS256","kid":"r"})", payload)));
    BOOST_TEST(is_good(token_by(p256_key(), Algorithm::es256, R"({"alg":"ES256"})", payload)));
    BOOST_TEST(is_good(
        token_by(ed25519_key(), Algorithm::eddsa, R"({"alg":"EdDSA","kid":"e"})", payload)));
    const Key secret = Key::secret(std::string(secret_text)).value();
    BOOST_TEST((verify_jws(sign_jws_hs256(secret, payload), keys()).value() == payload));
}

BOOST_AUTO_TEST_CASE(no_algorithm_is_not_an_algorithm) {
    for (const std::string name : {"none", "None", "NONE", "nOnE", "hs256", "HS256 ", "HS1",
                                   "RS384", "ES512", "ES256K", "PS512", "Ed25519", "dir", ""}) {
        const std::string header = R"({"alg":")" + name + "\"}";
        BOOST_TEST((header_fault(header) == TokenError::unknown_algorithm), name);
        BOOST_TEST((fault(signing_input(header, payload) + ".") == TokenError::unknown_algorithm),
                   name);
    }
    for (const std::string header :
         {R"({})", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":{"HS256":1}})",
          R"({"alg":256})", R"({"Alg":"HS256"})", R"({"alg\u0000":"HS256","alg2":1})"}) {
        const auto refused = header_fault(header);
        BOOST_TEST((refused == TokenError::unknown_algorithm || refused == TokenError::bad_header),
                   header);
    }
}

BOOST_AUTO_TEST_CASE(a_public_key_is_no_hmac_secret) {
    const std::string pem = rsa_key().public_pem();
    std::string stripped;
    for (const char character : pem.substr(27, pem.size() - 27 - 26)) {
        stripped += character == '\n' ? "" : std::string(1, character);
    }
    for (const std::string& secret :
         {pem, pem.substr(0, pem.size() - 1), stripped, rsa_key().public_der(), rsa_key().first(),
          encode(rsa_key().first()), p256_key().public_pem(), p256_key().public_der(),
          p256_key().first(), p256_key().first() + p256_key().second(), ed25519_key().public_pem(),
          ed25519_key().public_der(), ed25519_key().first(), std::string(1, '\0'),
          std::string(64, '\0')}) {
        for (const std::string header :
             {R"({"alg":"HS256"})", R"({"alg":"HS256","kid":"r"})", R"({"alg":"HS256","kid":"p"})",
              R"({"alg":"HS256","kid":"e"})"}) {
            BOOST_TEST(!is_good(hmac_token(secret, header, payload)), header);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_algorithm_is_the_key_s_not_the_header_s) {
    // The key serves RS256 only, though it could make a PS256 signature.
    BOOST_TEST((fault(token_by(rsa_key(), Algorithm::ps256, R"({"alg":"PS256","kid":"r"})",
                               payload)) == TokenError::unknown_key));
    const auto crossed = [&](const SigningKey& key, Algorithm algorithm, const char* header) {
        return fault(token_by(key, algorithm, header, payload));
    };
    BOOST_TEST((crossed(p256_key(), Algorithm::es256, R"({"alg":"RS256","kid":"p"})") ==
                TokenError::unknown_key));
    BOOST_TEST(
        (crossed(p256_key(), Algorithm::es256, R"({"alg":"RS256"})") == TokenError::bad_signature));
    BOOST_TEST((crossed(rsa_key(), Algorithm::rs256, R"({"alg":"ES256","kid":"r"})") ==
                TokenError::unknown_key));
    BOOST_TEST((crossed(ed25519_key(), Algorithm::eddsa, R"({"alg":"ES256","kid":"p"})") ==
                TokenError::bad_signature));
}

BOOST_AUTO_TEST_CASE(a_kid_is_looked_up_and_nothing_else) {
    std::string huge(5000, 'k');
    for (const std::string& id :
         {std::string("unknown"), std::string("../../../../dev/null"), std::string("r\\u0000"),
          std::string("r' OR '1'='1"), std::string("r; sleep 9"),
          std::string("https://evil.example/jwks"), huge, std::string(""), std::string("R")}) {
        const std::string header = R"({"alg":"HS256","kid":")" + id + "\"}";
        BOOST_TEST((header_fault(header) == TokenError::unknown_key), id);
        const std::string rsa_header = R"({"alg":"RS256","kid":")" + id + "\"}";
        const std::string token = token_by(rsa_key(), Algorithm::rs256, rsa_header, payload);
        BOOST_TEST((fault(token) == TokenError::unknown_key), id);
    }
    for (const std::string id : {"7", "null", "{}", R"(["r"])", "true"}) {
        BOOST_TEST((header_fault(R"({"alg":"HS256","kid":)" + id + "}") == TokenError::bad_header),
                   id);
    }
    const std::string too_long = R"({"alg":"HS256","kid":")" + std::string(20'000, 'k') + "\"}";
    BOOST_TEST((header_fault(too_long) == TokenError::too_long));
}

BOOST_AUTO_TEST_CASE(keys_in_the_token_are_not_keys) {
    const std::string foreign = foreign_rsa_key().jwk(R"("kid":"r",)");
    const std::vector<std::string> members{
        R"("jwk":)" + foreign, R"("jku":"https://evil.example/jwks.json")",
        R"("x5u":"https://evil.example/cert.pem")", R"("x5c":["MIIB"])", R"("x5t":"AAAA")"};
    for (const std::string& member : members) {
        for (const std::string kid : {"", R"(,"kid":"r")"}) {
            const std::string header = R"({"alg":"RS256",)" + member + kid + "}";
            BOOST_TEST((fault(token_by(foreign_rsa_key(), Algorithm::rs256, header, payload)) ==
                        TokenError::bad_signature),
                       header);
            // Nor do they harm a token by our key: they are not looked at.
            BOOST_TEST(is_good(token_by(rsa_key(), Algorithm::rs256, header, payload)), header);
        }
    }
}

BOOST_AUTO_TEST_CASE(extensions_and_encodings_are_refused) {
    for (const std::string member :
         {R"("crit":["exp"],"exp":1)", R"("crit":[])", R"("crit":["b64"],"b64":false)",
          R"("crit":null)", R"("b64":false)", R"("b64":true)", R"("zip":"DEF")",
          R"("cty":"JWT")"}) {
        BOOST_TEST((header_fault(R"({"alg":"HS256",)" + std::string(member) + "}") ==
                    TokenError::unsupported_header),
                   member);
    }
}

BOOST_AUTO_TEST_CASE(the_type_is_a_token_s) {
    for (const std::string type : {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt"}) {
        BOOST_TEST(!header_fault(R"({"alg":"HS256","typ":")" + type + "\"}"), type);
    }
    for (const std::string type : {R"("dpop+jwt")", R"("secevent+jwt")", R"("JWE")", R"("")",
                                   "null", "7", R"(["JWT"])", R"("JWT ")"}) {
        BOOST_TEST(
            (header_fault(R"({"alg":"HS256","typ":)" + type + "}") == TokenError::wrong_type),
            type);
    }
}

BOOST_AUTO_TEST_CASE(the_header_is_one_object_with_each_name_once) {
    using namespace std::string_literals;
    for (const std::string& header :
         {""s, "null"s, "[]"s, R"("HS256")"s, R"({"alg":"HS256")"s, R"({"alg":"HS256"}x)"s,
          R"({"alg":"none","alg":"HS256"})"s, R"({"alg":"HS256","\u0061lg":"HS256"})"s,
          R"({"alg":"HS256","kid":"a","kid":"b"})"s, "\xef\xbb\xbf{\"alg\":\"HS256\"}"s,
          "{\"alg\":\"HS256\",\"x\":\"\xff\"}"s, R"({"alg":"HS256","x":1e999})"s,
          R"({"alg":"HS256","x":[[[[[[[[[1]]]]]]]]]})"s, R"({"alg":"HS256","x":{"a":1,"a":1}})"s}) {
        BOOST_TEST((header_fault(header) == TokenError::bad_header), header);
    }
}

BOOST_AUTO_TEST_CASE(a_token_is_three_parts_of_strict_base64url) {
    const std::string good = hmac_token(secret_text, R"({"alg":"HS256"})", payload);
    const std::size_t first = good.find('.');
    const std::size_t last = good.rfind('.');
    std::vector<std::string> bad{"",
                                 ".",
                                 "..",
                                 std::string(5000, '.'),
                                 good.substr(0, last),
                                 good + ".",
                                 good + "." + encode("x"),
                                 good + "." + encode("x") + "." + encode("y"),
                                 good + "...",
                                 good + "=",
                                 good + "==",
                                 " " + good,
                                 good + " ",
                                 good + "\n",
                                 good + '\0',
                                 good.substr(0, first) + "=" + good.substr(first),
                                 good.substr(0, last) + "\n" + good.substr(last),
                                 good.substr(0, last) + " " + good.substr(last),
                                 good.substr(first),
                                 good.substr(0, first) + good.substr(last)};
    std::string standard = good;
    standard[first + 3] = '+';
    bad.push_back(standard);
    standard[first + 3] = '/';
    bad.push_back(standard);
    for (const std::string& token : bad) {
        BOOST_TEST(!is_good(token), token.substr(0, 200));
    }
    // 32 octets leave two unused bits in the last character; they must be zero.
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string other = good;
    other.back() = alphabet[alphabet.find(good.back()) + 1];
    BOOST_TEST((fault(other) == TokenError::not_compact));
    // The JSON form of the same token (RFC 7515 section 7.2) is not a compact one.
    BOOST_TEST(!is_good(R"({"protected":")" + good.substr(0, first) + R"(","payload":")" +
                        good.substr(first + 1, last - first - 1) + R"(","signature":")" +
                        good.substr(last + 1) + "\"}"));
}

BOOST_AUTO_TEST_CASE(size_is_bounded_before_anything_is_read) {
    const auto with_filler = [&](std::size_t size) {
        return hmac_token(secret_text, R"({"alg":"HS256"})",
                          good_payload(R"(,"x":")" + std::string(size, 'x') + "\""));
    };
    BOOST_TEST(is_good(with_filler(5900)));
    BOOST_TEST(with_filler(5900).size() <= token_bytes_max);
    BOOST_TEST((fault(with_filler(6100)) == TokenError::too_long));
}

BOOST_AUTO_TEST_CASE(any_changed_character_breaks_it) {
    for (const std::string& good :
         {hmac_token(secret_text, R"({"alg":"HS256"})", payload),
          token_by(p256_key(), Algorithm::es256, R"({"alg":"ES256"})", payload)}) {
        for (std::size_t at = 0; at < good.size(); ++at) {
            std::string changed = good;
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            BOOST_TEST(!is_good(changed), "at " << at);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_hmac_is_whole_and_under_a_key_that_is_long) {
    const std::string input = signing_input(R"({"alg":"HS256"})", payload);
    const std::string good = hmac_token(secret_text, R"({"alg":"HS256"})", payload);
    const std::string mac = base64url_decode(good.substr(good.rfind('.') + 1)).value();
    for (const std::size_t size : {0U, 1U, 16U, 31U}) {
        BOOST_TEST(!is_good(with_signature(input, mac.substr(0, size))), size);
    }
    BOOST_TEST(!is_good(with_signature(input, mac + mac)));
    BOOST_TEST(!is_good(hmac_token(std::string(1, '\0'), R"({"alg":"HS256"})", payload)));
    BOOST_TEST(!is_good(hmac_token(secret_text.substr(1), R"({"alg":"HS256"})", payload)));
}

BOOST_AUTO_TEST_CASE(without_a_kid_a_bounded_number_of_keys_is_tried) {
    const auto set_of = [](std::size_t count) {
        std::string all;
        for (std::size_t at = 1; at < count; ++at) {
            all += foreign_p256_key().jwk("") + ",";
        }
        return KeySet::parse(jwks(all + p256_key().jwk(R"("kid":"ours",)"))).value();
    };
    const std::string unnamed =
        token_by(p256_key(), Algorithm::es256, R"({"alg":"ES256"})", payload);
    const std::string named =
        token_by(p256_key(), Algorithm::es256, R"({"alg":"ES256","kid":"ours"})", payload);
    BOOST_TEST(verify_jws(unnamed, set_of(8)).has_value());
    BOOST_TEST((verify_jws(unnamed, set_of(9)).error() == TokenError::ambiguous_key));
    BOOST_TEST(verify_jws(named, set_of(9)).has_value());
    BOOST_TEST((verify_jws(unnamed, KeySet()).error() == TokenError::unknown_key));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
