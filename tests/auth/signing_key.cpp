#include "tests/auth/signing_key.hpp"

#include <algorithm>
#include <vector>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "core/base/base64.hpp"
#include "core/base/check.hpp"

namespace belay::auth_test {
namespace {

using auth::Algorithm;

const unsigned char* octets_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* octets_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

std::string big_endian(const BIGNUM* number, std::size_t width) {
    const auto size = static_cast<std::size_t>(BN_num_bytes(number));
    std::string octets(std::max(size, width), '\0');
    check(BN_bn2binpad(number, octets_of(octets), static_cast<int>(octets.size())) >= 0, "fits");
    return octets;
}

std::string raw_from_der(std::string_view der) {
    const unsigned char* from = octets_of(der);
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size()));
    check(pair != nullptr, "an ECDSA signature");
    const std::string raw =
        big_endian(ECDSA_SIG_get0_r(pair), 32) + big_endian(ECDSA_SIG_get0_s(pair), 32);
    ECDSA_SIG_free(pair);
    return raw;
}

std::string encode(std::string_view octets) {
    return base64url_encode(as_byte_span(octets));
}

}  // namespace

SigningKey::SigningKey(evp_pkey_st* key) : key_(key, &EVP_PKEY_free) {
    check(key != nullptr, "a key pair is made");
}

SigningKey SigningKey::rsa(unsigned bits) {
    return SigningKey(EVP_RSA_gen(bits));
}

SigningKey SigningKey::p256() {
    return SigningKey(EVP_EC_gen("P-256"));
}

SigningKey SigningKey::ed25519() {
    return SigningKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::string SigningKey::sign_raw(Algorithm algorithm, std::string_view input) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* parameters = nullptr;
    const EVP_MD* digest = algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
    check(EVP_DigestSignInit(context, &parameters, digest, nullptr, key_.get()) == 1, "sign");
    if (algorithm == Algorithm::ps256) {
        check(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1,
              "PSS");
    }
    std::size_t size = 0;
    check(EVP_DigestSign(context, nullptr, &size, octets_of(input), input.size()) == 1, "size");
    std::string signature(size, '\0');
    check(EVP_DigestSign(context, octets_of(signature), &size, octets_of(input), input.size()) == 1,
          "signed");
    signature.resize(size);
    EVP_MD_CTX_free(context);
    return signature;
}

std::string SigningKey::sign(Algorithm algorithm, std::string_view input) const {
    const std::string signature = sign_raw(algorithm, input);
    return algorithm == Algorithm::es256 ? raw_from_der(signature) : signature;
}

std::string SigningKey::rsa_raw(std::string_view representative) const {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key_.get(), nullptr);
    check(EVP_PKEY_sign_init(context) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1,
          "raw RSA");
    std::string padded(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    padded.replace(padded.size() - representative.size(), representative.size(), representative);
    std::string signature(padded.size(), '\0');
    std::size_t size = signature.size();
    check(
        EVP_PKEY_sign(context, octets_of(signature), &size, octets_of(padded), padded.size()) == 1,
        "raw RSA signs");
    EVP_PKEY_CTX_free(context);
    return signature;
}

std::string SigningKey::number(const char* name) const {
    BIGNUM* number = nullptr;
    check(EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1, "a number of the key");
    const std::string octets = big_endian(number, 1);
    BN_free(number);
    return octets;
}

std::string SigningKey::first() const {
    if (EVP_PKEY_is_a(key_.get(), "RSA") == 1) {
        return number(OSSL_PKEY_PARAM_RSA_N);
    }
    if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
        const std::string x = number(OSSL_PKEY_PARAM_EC_PUB_X);
        return std::string(32 - x.size(), '\0') + x;
    }
    std::string point(32, '\0');
    std::size_t size = point.size();
    check(EVP_PKEY_get_raw_public_key(key_.get(), octets_of(point), &size) == 1, "the point");
    return point;
}

std::string SigningKey::second() const {
    if (EVP_PKEY_is_a(key_.get(), "RSA") == 1) {
        return number(OSSL_PKEY_PARAM_RSA_E);
    }
    if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
        const std::string y = number(OSSL_PKEY_PARAM_EC_PUB_Y);
        return std::string(32 - y.size(), '\0') + y;
    }
    return "";
}

std::string SigningKey::jwk(std::string_view members) const {
    const std::string begin = "{" + std::string(members);
    if (EVP_PKEY_is_a(key_.get(), "RSA") == 1) {
        return begin + R"("kty":"RSA","n":")" + encode(first()) + R"(","e":")" + encode(second()) +
               "\"}";
    }
    if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
        return begin + R"("kty":"EC","crv":"P-256","x":")" + encode(first()) + R"(","y":")" +
               encode(second()) + "\"}";
    }
    return begin + R"("kty":"OKP","crv":"Ed25519","x":")" + encode(first()) + "\"}";
}

std::string SigningKey::public_pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    check(PEM_write_bio_PUBKEY(memory, key_.get()) == 1, "PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    const std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    return pem;
}

std::string SigningKey::public_der() const {
    std::string der(static_cast<std::size_t>(i2d_PUBKEY(key_.get(), nullptr)), '\0');
    unsigned char* to = octets_of(der);
    check(i2d_PUBKEY(key_.get(), &to) > 0, "DER");
    return der;
}

std::string add_big_endian(std::string_view left, std::string_view right, std::size_t width) {
    BIGNUM* one = BN_bin2bn(octets_of(left), static_cast<int>(left.size()), nullptr);
    BIGNUM* other = BN_bin2bn(octets_of(right), static_cast<int>(right.size()), nullptr);
    check(BN_add(one, one, other) == 1, "a sum");
    std::string sum = big_endian(one, width);
    BN_free(one);
    BN_free(other);
    return sum;
}

}  // namespace belay::auth_test
