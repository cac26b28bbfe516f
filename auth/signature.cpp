#include "auth/signature.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "auth/digest.hpp"
#include "auth/openssl_errors.hpp"
#include "core/base/check.hpp"

namespace belay::auth {
namespace {

const unsigned char* octets_of(ByteSpan bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

const EVP_MD* digest_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::hs384:
            return EVP_sha384();
        case Algorithm::hs512:
            return EVP_sha512();
        case Algorithm::eddsa:
            return nullptr;  // RFC 8032 hashes twice, inside
        case Algorithm::hs256:
        case Algorithm::rs256:
        case Algorithm::ps256:
        case Algorithm::es256:
            break;
    }
    return EVP_sha256();
}

/// A signature whose octets come from OpenSSL or, where they had the right form, from the peer.
bool verify_by_openssl(Algorithm algorithm, const Key& key, ByteSpan input, ByteSpan signature) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    check(context != nullptr, "memory for a signature");
    EVP_PKEY_CTX* parameters = nullptr;  // the context's
    if (EVP_DigestVerifyInit(context.get(), &parameters, digest_of(algorithm), nullptr,
                             key.handle()) != 1) {
        return false;
    }
    if (algorithm == Algorithm::ps256 &&
        (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1)) {
        return false;
    }
    // One call, as Ed25519 needs. Negative means malformed: only 1 is a yes.
    return EVP_DigestVerify(context.get(), octets_of(signature), signature.size(), octets_of(input),
                            input.size()) == 1;
}

/// The order of P-256's group (FIPS 186-4 D.1.2.3).
constexpr std::array<unsigned char, 32> p256_order{
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

/// Whether 0 < number < order: what a half of an ECDSA signature must be. Verifiers that did not
/// look took the signature 0, 0 for anything (CVE-2022-21449).
bool is_in_p256_range(ByteSpan number) {
    const bool zero = std::all_of(number.begin(), number.end(),
                                  [](std::byte octet) { return octet == std::byte{0}; });
    return !zero && std::memcmp(number.data(), p256_order.data(), p256_order.size()) < 0;
}

/// Appends a DER INTEGER: no needless leading zero, and one where the first bit is set.
void append_der_integer(ByteSpan big_endian, std::string& der) {
    while (big_endian.size() > 1 && big_endian[0] == std::byte{0}) {
        big_endian = big_endian.subspan(1);
    }
    const bool padded = (big_endian[0] & std::byte{0x80}) != std::byte{0};
    der.push_back(0x02);
    der.push_back(static_cast<char>(big_endian.size() + (padded ? 1 : 0)));
    if (padded) {
        der.push_back(0x00);
    }
    der.append(as_text(big_endian));
}

/// JWS has R and S side by side (RFC 7518 section 3.4); OpenSSL wants SEQUENCE { R, S } in DER.
bool verify_es256(const Key& key, ByteSpan input, ByteSpan signature) {
    if (signature.size() != 64) {
        return false;
    }
    const ByteSpan r = signature.first(32);
    const ByteSpan s = signature.subspan(32);
    if (!is_in_p256_range(r) || !is_in_p256_range(s)) {
        return false;
    }
    std::string integers;
    append_der_integer(r, integers);
    append_der_integer(s, integers);
    std::string der{0x30, static_cast<char>(integers.size())};
    der.append(integers);
    return verify_by_openssl(Algorithm::es256, key, input, as_byte_span(der));
}

bool verify_by_type(Algorithm algorithm, const Key& key, ByteSpan input, ByteSpan signature) {
    switch (key.type()) {
        case Key::Type::secret: {
            const std::string expected = sign_with_secret(algorithm, key, input);
            return equal_in_constant_time(as_byte_span(expected), signature);
        }
        case Key::Type::rsa: {
            const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key.handle()));
            return signature.size() == size && verify_by_openssl(algorithm, key, input, signature);
        }
        case Key::Type::p256:
            return verify_es256(key, input, signature);
        case Key::Type::ed25519:
            return signature.size() == 64 && verify_by_openssl(algorithm, key, input, signature);
    }
    return false;
}

}  // namespace

bool verify_signature(Algorithm algorithm, const Key& key, ByteSpan input, ByteSpan signature) {
    if (!key.algorithms().has(algorithm)) {
        return false;
    }
    const OpensslErrors errors;
    return verify_by_type(algorithm, key, input, signature);
}

std::string sign_with_secret(Algorithm algorithm, const Key& key, ByteSpan input) {
    check(key.type() == Key::Type::secret && key.algorithms().has(algorithm),
          "the algorithm is one of the secret's");
    const ByteSpan secret = key.secret_octets();
    std::string mac(digest_size(algorithm), '\0');
    const auto* made =
        HMAC(digest_of(algorithm), secret.data(), static_cast<int>(secret.size()), octets_of(input),
             input.size(), reinterpret_cast<unsigned char*>(mac.data()), nullptr);
    check(made != nullptr, "an HMAC is made");
    return mac;
}

}  // namespace belay::auth
