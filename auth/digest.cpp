// The low-level functions of SHA-256, which OpenSSL 3 calls deprecated: those that it recommends
// allocate for each message, and the fingerprint of a request is on the way of every cancel.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "auth/digest.hpp"

#include <new>
#include <type_traits>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "core/base/check.hpp"

namespace belay::auth {
namespace {

/// Fetched once: a fetch costs more than hashing 200 bytes. Kept until the process ends.
const EVP_MD* sha256_method() {
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    check(method != nullptr, "OpenSSL has SHA-256");
    return method;
}

SHA256_CTX* context_in(std::byte* state) noexcept {
    return std::launder(reinterpret_cast<SHA256_CTX*>(state));
}

}  // namespace

Sha256::Sha256() {
    static_assert(sizeof(SHA256_CTX) <= state_bytes && alignof(SHA256_CTX) <= 8);
    static_assert(std::is_trivially_copyable_v<SHA256_CTX>);
    check(SHA256_Init(new (state_.data()) SHA256_CTX) == 1, "SHA-256 begins");
}

void Sha256::update(ByteSpan piece) {
    check(SHA256_Update(context_in(state_.data()), piece.data(), piece.size()) == 1,
          "SHA-256 goes on");
}

Digest256 Sha256::finish() {
    Digest256 digest;
    SHA256_CTX* const context = context_in(state_.data());
    check(SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), context) == 1,
          "SHA-256 ends");
    check(SHA256_Init(context) == 1, "SHA-256 begins");
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
