#include "tests/auth/tokens.hpp"

#include "auth/digest.hpp"
#include "core/base/base64.hpp"

namespace belay::auth_test {

const SigningKey& rsa_key() {
    static const SigningKey key = SigningKey::rsa(2048);
    return key;
}

const SigningKey& p256_key() {
    static const SigningKey key = SigningKey::p256();
    return key;
}

const SigningKey& ed25519_key() {
    static const SigningKey key = SigningKey::ed25519();
    return key;
}

const SigningKey& foreign_rsa_key() {
    static const SigningKey key = SigningKey::rsa(2048);
    return key;
}

const SigningKey& foreign_p256_key() {
    static const SigningKey key = SigningKey::p256();
    return key;
}

const SigningKey& foreign_ed25519_key() {
    static const SigningKey key = SigningKey::ed25519();
    return key;
}

std::string encode(std::string_view octets) {
    return base64url_encode(as_byte_span(octets));
}

std::string signing_input(std::string_view header, std::string_view payload) {
    return encode(header) + "." + encode(payload);
}

std::string with_signature(std::string_view input, std::string_view signature) {
    return std::string(input) + "." + encode(signature);
}

std::string token_by(const SigningKey& key, auth::Algorithm algorithm, std::string_view header,
                     std::string_view payload) {
    const std::string input = signing_input(header, payload);
    return with_signature(input, key.sign(algorithm, input));
}

std::string hmac_token(std::string_view secret, std::string_view header, std::string_view payload) {
    const std::string input = signing_input(header, payload);
    const auth::Digest256 mac = auth::hmac_sha256(as_byte_span(secret), as_byte_span(input));
    return with_signature(input, as_text(mac));
}

std::string good_payload(std::string_view members) {
    return R"({"exp":1795377600,"sub":"user-1","tenantId":")" + std::string(tenant_text) + "\"" +
           std::string(members) + "}";
}

std::string jwks(std::string_view keys) {
    return R"({"keys":[)" + std::string(keys) + "]}";
}

}  // namespace belay::auth_test
