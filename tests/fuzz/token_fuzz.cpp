// Any bytes as a token, after one byte that says how they become one:
//   0  they are the token;
//   1  header, LF and payload, which our own secret signs: what is inside is all that is judged;
//   2  edits of a token that is good, of one key of each type: pairs of a place and a byte.
// What holds:
//  - a token is taken only if its header and payload are, octet for octet, ones that we signed;
//  - the payload that is given is the one that was signed;
//  - a header that is taken is one that Boost.JSON reads the same way: `alg` is the secret's, and
//    there is none of `crit`, `zip`, `b64`, `cty`;
//  - claims that are taken have a tenant, a subject and an `exp` that is not over;
//  - no call leaves an error in OpenSSL's queue.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/err.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "auth/claims.hpp"
#include "auth/jws.hpp"
#include "core/base/base64.hpp"
#include "core/base/check.hpp"
#include "tests/auth/tokens.hpp"

namespace {

using namespace belay;
using namespace belay::auth;
using namespace belay::auth_test;
namespace json = boost::json;

struct Good {
    std::string token;
    std::string signed_part;
};

Good good(std::string token) {
    std::string signed_part = token.substr(0, token.rfind('.'));
    return {std::move(token), std::move(signed_part)};
}

const std::vector<Good>& good_tokens() {
    static const std::vector<Good> tokens{
        good(hmac_token(secret_text, R"({"alg":"HS256"})", good_payload())),
        good(token_by(rsa_key(), Algorithm::rs256, R"({"alg":"RS256","kid":"r"})", good_payload())),
        good(token_by(rsa_key(), Algorithm::ps256, R"({"alg":"PS256","kid":"r"})", good_payload())),
        good(
            token_by(p256_key(), Algorithm::es256, R"({"alg":"ES256","kid":"p"})", good_payload())),
        good(token_by(ed25519_key(), Algorithm::eddsa, R"({"alg":"EdDSA"})", good_payload())),
    };
    return tokens;
}

const KeySet& keys() {
    static const KeySet set = [] {
        const explained<KeySet> read =
            KeySet::parse(jwks(rsa_key().jwk(R"("kid":"r",)") + "," +
                               p256_key().jwk(R"("kid":"p",)") + "," + ed25519_key().jwk("")));
        std::vector<VerificationKey> all = read.value().keys();
        const Key secret = Key::secret(std::string(secret_text)).value();
        all.push_back({std::nullopt, secret, secret.algorithms()});
        return KeySet(std::move(all));
    }();
    return set;
}

/// As Boost.JSON reads it. Nothing where its number parser gives up ("0e99999999999" is zero).
std::optional<json::value> reference(std::string_view text) {
    json::error_code error;
    json::value value = json::parse(text, error);
    if (error == json::error::exponent_overflow) {
        return std::nullopt;
    }
    check(!error.failed(), "Boost.JSON accepts what belay accepts");
    return value;
}

void check_claims(std::string_view payload) {
    const result<Verified> verified = read_claims(payload, {}, test_time);
    if (!verified) {
        return;
    }
    check(verified->valid_until > test_time, "claims that are taken are not over");
    check(!verified->principal.tenant.is_nil(), "and name a tenant");
    const std::optional<json::value> read = reference(payload);
    if (!read) {
        return;
    }
    check(read->is_object(), "and are a JSON object");
    const json::object& claims = read->get_object();
    check(claims.contains("exp"), "which says when they end");
    check(claims.at("sub").is_string() &&
              std::string_view(claims.at("sub").get_string()) == verified->principal.subject,
          "and a subject");
}

/// Neither signed by us nor different from what we signed.
void check_foreign(std::string_view token) {
    const result<std::string> payload = verify_jws(token, keys());
    if (!payload) {
        return;
    }
    const std::string_view signed_part = token.substr(0, token.rfind('.'));
    const bool ours = std::ranges::any_of(
        good_tokens(), [&](const Good& known) { return known.signed_part == signed_part; });
    check(ours, "a token is taken only if its header and payload are ones that we signed");
    check(*payload == good_payload(), "and the payload is the one that was signed");
}

void check_own(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    const std::string_view header = bytes.substr(0, end);
    const std::string_view payload =
        end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
    check_claims(payload);
    const result<std::string> taken = verify_jws(hmac_token(secret_text, header, payload), keys());
    if (!taken) {
        return;
    }
    check(*taken == payload, "the payload is given as it was signed");
    const std::optional<json::value> read = reference(header);
    if (!read) {
        return;
    }
    check(read->is_object(), "a header that is taken is a JSON object");
    const json::object& members = read->get_object();
    const json::value* named = members.if_contains("alg");
    check(named != nullptr && named->is_string() && named->get_string() == "HS256",
          "whose alg is the secret's");
    for (const std::string_view refused : {"crit", "zip", "b64", "cty"}) {
        check(!members.contains(refused), "and which asks for no extension");
    }
}

void check_edited(std::string_view bytes) {
    const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    if (bytes.empty()) {
        return;
    }
    std::string token = good_tokens()[octet(0) % good_tokens().size()].token;
    for (std::size_t at = 1; at + 2 < bytes.size() && !token.empty(); at += 3) {
        const std::size_t place = (std::size_t{octet(at)} << 8 | octet(at + 1)) % token.size();
        const char byte = bytes[at + 2];
        if (byte == '\0') {
            token.erase(place, 1);
        } else if (octet(at) >= 0x80) {
            token.insert(place, 1, byte);
        } else {
            token[place] = byte;
        }
    }
    check_foreign(token);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            check_foreign(bytes);
            break;
        case 1:
            check_own(bytes);
            break;
        default:
            check_edited(bytes);
            break;
    }
    check(ERR_peek_error() == 0, "no call leaves an error in OpenSSL's queue");
    return 0;
}
