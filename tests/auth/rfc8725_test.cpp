// The current practices for JSON Web Tokens (RFC 8725 section 3), point by point. Each row holds
// one point against tokens that differ from a good one in that point alone; the details of each are
// in hostile_token_test, claims_test, key_set_test and signature_test.
#include <algorithm>
#include <array>
#include <functional>

#include <boost/test/unit_test.hpp>

#include "auth/claims.hpp"
#include "auth/jws.hpp"
#include "auth/signature.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

const std::string header = R"({"alg":"HS256"})";

/// The operator's public keys beside the shared secret, as a server has them.
const KeySet& keys() {
    static const KeySet set = [] {
        std::vector<VerificationKey> all =
            KeySet::parse(jwks(rsa_key().jwk(R"("kid":"r","alg":"RS256",)") + "," +
                               p256_key().jwk(R"("kid":"p",)")))
                .value()
                .keys();
        const Key secret = Key::secret(std::string(secret_text)).value();
        all.push_back({std::nullopt, secret, secret.algorithms()});
        return KeySet(std::move(all));
    }();
    return set;
}

boost::system::error_code fault(const std::string& token, const ClaimRules& rules = {}) {
    const result<std::string> payload = verify_jws(token, keys());
    if (!payload) {
        return payload.error();
    }
    const result<Verified> verified = read_claims(*payload, rules, test_time);
    return verified ? boost::system::error_code() : verified.error();
}

boost::system::error_code signed_fault(const std::string& payload, const ClaimRules& rules = {}) {
    return fault(hmac_token(secret_text, header, payload), rules);
}

boost::system::error_code header_fault(const std::string& other) {
    return fault(hmac_token(secret_text, other, good_payload()));
}

ClaimRules rules_of(std::string issuer, std::string audience) {
    ClaimRules rules;
    rules.issuer = std::move(issuer);
    rules.audience = std::move(audience);
    return rules;
}

struct Point {
    std::string_view section;
    std::string_view what;
    std::function<bool()> holds;
};

const std::array points{
    Point{"3.1", "the algorithm is the key's: RS256 by a key that is bound to it, PS256 not",
          [] {
              return !fault(token_by(rsa_key(), Algorithm::rs256, R"({"alg":"RS256","kid":"r"})",
                                     good_payload())) &&
                     fault(token_by(rsa_key(), Algorithm::ps256, R"({"alg":"PS256","kid":"r"})",
                                    good_payload())) == TokenError::unknown_key;
          }},
    Point{"3.1", "a public key is no secret for HS256",
          [] {
              return fault(hmac_token(rsa_key().public_pem(), R"({"alg":"HS256","kid":"r"})",
                                      good_payload())) == TokenError::unknown_key &&
                     fault(hmac_token(rsa_key().public_pem(), header, good_payload())) ==
                         TokenError::bad_signature;
          }},
    Point{"3.2", "none is no algorithm, however spelled, nor is one of RSA with PKCS #1 encryption",
          [] {
              bool refused = true;
              for (const std::string name : {"none", "None", "NONE", "nOnE", "RSA1_5", "RS1"}) {
                  const std::string named = R"({"alg":")" + name + "\"}";
                  refused = refused && header_fault(named) == TokenError::unknown_algorithm &&
                            fault(signing_input(named, good_payload()) + ".") ==
                                TokenError::unknown_algorithm;
              }
              return refused;
          }},
    Point{"3.3", "every signature is judged: one changed octet anywhere refuses the whole token",
          [] {
              const std::string good = hmac_token(secret_text, header, good_payload());
              for (std::size_t at = 0; at < good.size(); ++at) {
                  std::string changed = good;
                  changed[at] = changed[at] == 'A' ? 'B' : 'A';
                  if (!fault(changed)) {
                      return false;
                  }
              }
              return !fault(good);
          }},
    Point{"3.3", "a token within a token is not taken for checked because the outer one is",
          [] {
              return header_fault(R"({"alg":"HS256","cty":"JWT"})") ==
                     TokenError::unsupported_header;
          }},
    Point{"3.4", "a point that is not on the curve makes no key",
          [] {
              const std::string off(32, '\1');
              return Key::p256(as_byte_span(off), as_byte_span(off)).has_error();
          }},
    Point{"3.4", "nor does a point of small order",
          [] {
              const std::string identity = '\1' + std::string(31, '\0');
              return Key::ed25519(as_byte_span(identity)).has_error();
          }},
    Point{"3.5", "a shared secret has 32 octets at least, and those of the digest",
          [] {
              const Key least = Key::secret(std::string(32, 's')).value();
              return Key::secret(std::string(31, 's')).has_error() &&
                     least.algorithms().has(Algorithm::hs256) &&
                     !least.algorithms().has(Algorithm::hs384);
          }},
    Point{"3.5", "an RSA key has 2048 bits at least and an exponent above 1",
          [] {
              const std::string n = rsa_key().first();
              const std::string small = SigningKey::rsa(1024).first();
              const std::string e = rsa_key().second();
              const std::string one = "\1";
              return Key::rsa(as_byte_span(small), as_byte_span(e)).has_error() &&
                     Key::rsa(as_byte_span(n), as_byte_span(one)).has_error();
          }},
    Point{"3.6", "nothing is decompressed",
          [] {
              return header_fault(R"({"alg":"HS256","zip":"DEF"})") ==
                     TokenError::unsupported_header;
          }},
    Point{"3.7", "header and claims are UTF-8, without a byte order mark",
          [] {
              return header_fault("{\"alg\":\"HS256\",\"x\":\"\xff\"}") == TokenError::bad_header &&
                     header_fault("\xef\xbb\xbf" + header) == TokenError::bad_header &&
                     signed_fault(good_payload(",\"x\":\"\xc0\xaf\"")) == TokenError::bad_payload;
          }},
    Point{"3.8", "the issuer is compared whole, and the subject is there",
          [] {
              const ClaimRules rules = rules_of("https://id.example", "");
              const auto issued = [&](const std::string& by) {
                  return signed_fault(good_payload(R"(,"iss":")" + by + "\""), rules);
              };
              return !issued("https://id.example") &&
                     issued("https://id.example.evil") == TokenError::wrong_issuer &&
                     signed_fault(good_payload(), rules) == TokenError::wrong_issuer;
          }},
    Point{"3.9", "the audience names us",
          [] {
              const ClaimRules rules = rules_of("", "belay");
              return !signed_fault(good_payload(R"(,"aud":["x","belay"])"), rules) &&
                     signed_fault(good_payload(R"(,"aud":"x")"), rules) ==
                         TokenError::wrong_audience &&
                     signed_fault(good_payload(), rules) == TokenError::wrong_audience;
          }},
    Point{"3.10", "kid is a name among our keys, and no place to fetch a key from is looked at",
          [] {
              const std::string theirs = foreign_rsa_key().jwk(R"("kid":"r",)");
              const auto by_them = [&](const std::string& members) {
                  return fault(token_by(foreign_rsa_key(), Algorithm::rs256,
                                        R"({"alg":"RS256",)" + members + "}", good_payload()));
              };
              return by_them(R"("kid":"../../key")") == TokenError::unknown_key &&
                     by_them(R"("kid":"r","jwk":)" + theirs) == TokenError::bad_signature &&
                     by_them(R"("kid":"r","jku":"https://evil.example/k")") ==
                         TokenError::bad_signature &&
                     by_them(R"("kid":"r","x5u":"https://evil.example/c")") ==
                         TokenError::bad_signature;
          }},
    Point{"3.11", "a token that says it is of another kind is not taken",
          [] {
              return !header_fault(R"({"alg":"HS256","typ":"at+jwt"})") &&
                     header_fault(R"({"alg":"HS256","typ":"secevent+jwt"})") ==
                         TokenError::wrong_type;
          }},
    Point{"3.12", "what makes a token good is in no other kind: exp, sub and a tenant are needed",
          [] {
              const std::string tenant = R"("tenantId":")" + std::string(tenant_text) + "\"";
              return signed_fault(R"({"sub":"u",)" + tenant + "}") == TokenError::bad_claim &&
                     signed_fault(R"({"exp":1795377600,)" + tenant + "}") ==
                         TokenError::bad_claim &&
                     signed_fault(R"({"exp":1795377600,"sub":"u"})") == TokenError::bad_claim;
          }},
};

BOOST_AUTO_TEST_SUITE(rfc8725)

BOOST_AUTO_TEST_CASE(every_point_holds) {
    BOOST_TEST(!fault(hmac_token(secret_text, header, good_payload())));
    for (const Point& point : points) {
        BOOST_TEST(point.holds(), point.section << " " << point.what);
    }
}

BOOST_AUTO_TEST_CASE(no_section_is_left_out) {
    for (int section = 1; section <= 12; ++section) {
        const std::string name = "3." + std::to_string(section);
        BOOST_TEST(
            std::ranges::any_of(points, [&](const Point& point) { return point.section == name; }),
            name);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
