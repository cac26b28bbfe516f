#include "auth/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/check.hpp"

namespace belay::auth {
namespace {

/// Fetched once: a fetch costs more than hashing 200 bytes. Kept until the process ends.
const EVP_MD* sha256_method() {
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    check(method != nullptr, "OpenSSL has SHA-256");
    return method;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    check(context_ != nullptr, "memory for a digest context");
    check(EVP_DigestInit_ex2(context_.get(), sha256_method(), nullptr) == 1, "SHA-256 begins");
}

void Sha256::update(ByteSpan piece) {
    check(EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1, "SHA-256 goes on");
}

Digest256 Sha256::finish() {
    Digest256 digest;
    check(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                             nullptr) == 1,
          "SHA-256 ends");
    check(EVP_DigestInit_ex2(context_.get(), sha256_method(), nullptr) == 1, "SHA-256 begins");
    return digest;
}

Digest256 sha256(ByteSpan message) {
    thread_local Sha256 hash;
    hash.update(message);
    return hash.finish();
}

Digest256 hmac_sha256(ByteSpan key, ByteSpan message) {
    check(!key.empty(), "an HMAC key is not empty");
    Digest256 mac;
    const auto* made = HMAC(sha256_method(), key.data(), static_cast<int>(key.size()),
                            reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                            reinterpret_cast<unsigned char*>(mac.data()), nullptr);
    check(made != nullptr, "HMAC-SHA256 is made");
    return mac;
}

bool equal_in_constant_time(ByteSpan left, ByteSpan right) noexcept {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace belay::auth
