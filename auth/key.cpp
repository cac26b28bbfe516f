#include "auth/key.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "auth/openssl_errors.hpp"
#include "core/base/base64.hpp"
#include "core/base/check.hpp"

namespace belay::auth {
namespace {

struct Free {
    void operator()(BIGNUM* number) const noexcept { BN_free(number); }
    void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
    void operator()(OSSL_PARAM_BLD* builder) const noexcept { OSSL_PARAM_BLD_free(builder); }
    void operator()(OSSL_PARAM* params) const noexcept { OSSL_PARAM_free(params); }
};

template <class T>
using Owned = std::unique_ptr<T, Free>;

const unsigned char* octets_of(ByteSpan bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Failure weak(std::string what) {
    return failure(Error::malformed, std::move(what));
}

Owned<BIGNUM> number_of(ByteSpan big_endian) {
    Owned<BIGNUM> number(
        BN_bin2bn(octets_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
    check(number != nullptr, "memory for a number");
    return number;
}

/// Null if OpenSSL refuses the parameters: a point that is not on its curve, for one.
std::shared_ptr<EVP_PKEY> make_public(const char* type, OSSL_PARAM_BLD* builder) {
    const Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder));
    const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    check(params != nullptr && context != nullptr, "memory for a key");
    check(EVP_PKEY_fromdata_init(context.get()) == 1, "OpenSSL has the key type");
    EVP_PKEY* made = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
        EVP_PKEY_free(made);
        return nullptr;
    }
    std::shared_ptr<EVP_PKEY> key(made, &EVP_PKEY_free);
    const Owned<EVP_PKEY_CTX> checking(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    check(checking != nullptr, "memory for a key check");
    return EVP_PKEY_public_check(checking.get()) == 1 ? key : nullptr;
}

/// Moduli of the broken generator are powers of 65537 modulo every small prime. Of these primes,
/// those below have few such powers: an honest modulus passes for one with a chance of 2^-27.
bool has_roca_fingerprint(const BIGNUM* modulus) {
    constexpr std::array<BN_ULONG, 17> primes{11, 13, 17,  19,  37,  53,  61,  71, 73,
                                              79, 97, 103, 107, 109, 127, 151, 157};
    return std::all_of(primes.begin(), primes.end(), [&](BN_ULONG prime) {
        const BN_ULONG remainder = BN_mod_word(modulus, prime);
        BN_ULONG power = 1;
        do {
            if (power == remainder) {
                return true;
            }
            power = power * 65537 % prime;
        } while (power != 1);
        return false;
    });
}

/// The y coordinates of the eight points of small order, little-endian, and their second
/// encodings y + p where that fits in 255 bits.
constexpr std::array<std::string_view, 7> small_order{
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

bool is_of_small_order(ByteSpan point) {
    std::array<std::byte, 32> y;
    std::copy(point.begin(), point.end(), y.begin());
    y.back() &= std::byte{0x7f};  // the sign of x
    return std::find(small_order.begin(), small_order.end(), hex_encode(y)) != small_order.end();
}

}  // namespace

explained<Key> Key::secret(std::string octets) {
    if (octets.size() < secret_size_min) {
        return weak("a shared secret has at least 32 octets, this one has " +
                    std::to_string(octets.size()));
    }
    Key key(Type::secret);
    // Wiped when the last copy goes, so that a core dump shows no key that is no longer used.
    key.secret_ = std::shared_ptr<const std::string>(
        new std::string(std::move(octets)), [](const std::string* held) {
            OPENSSL_cleanse(const_cast<char*>(held->data()), held->size());
            delete held;
        });
    return key;
}

explained<Key> Key::rsa(ByteSpan modulus, ByteSpan exponent) {
    // Bounded before any arithmetic; one octet more for a leading zero.
    if (modulus.size() > rsa_bits_max / 8 + 1 || exponent.empty() || exponent.size() > 8) {
        return weak("an RSA modulus has at most 8192 bits and its exponent at most 8 octets");
    }
    const Owned<BIGNUM> n = number_of(modulus);
    const Owned<BIGNUM> e = number_of(exponent);
    const auto bits = static_cast<std::size_t>(BN_num_bits(n.get()));
    if (bits < rsa_bits_min || bits > rsa_bits_max || BN_is_odd(n.get()) == 0) {
        return weak("an RSA modulus is odd and has 2048 to 8192 bits, this one has " +
                    std::to_string(bits));
    }
    if (BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) != 0) {
        return weak("an RSA exponent is odd and at least 3");
    }
    if (has_roca_fingerprint(n.get())) {
        return weak("this RSA key was made by a broken generator (CVE-2017-15361)");
    }
    const OpensslErrors errors;
    const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    check(builder != nullptr &&
              OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
              OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
          "memory for RSA parameters");
    Key key(Type::rsa);
    key.handle_ = make_public("RSA", builder.get());
    if (!key.handle_) {
        return weak("OpenSSL refuses this RSA key");
    }
    return key;
}

explained<Key> Key::p256(ByteSpan x, ByteSpan y) {
    if (x.size() != 32 || y.size() != 32) {
        return weak("the coordinates of a P-256 key have 32 octets each");
    }
    std::array<std::byte, 65> point;
    point[0] = std::byte{0x04};  // uncompressed, SEC 1 section 2.3.3
    std::copy(x.begin(), x.end(), point.begin() + 1);
    std::copy(y.begin(), y.end(), point.begin() + 33);
    const OpensslErrors errors;
    const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
    check(builder != nullptr &&
              OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                              "prime256v1", 0) == 1 &&
              OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                               point.size()) == 1,
          "memory for EC parameters");
    Key key(Type::p256);
    key.handle_ = make_public("EC", builder.get());
    if (!key.handle_) {
        return weak("this is no point of the curve P-256");
    }
    return key;
}

explained<Key> Key::ed25519(ByteSpan point) {
    if (point.size() != 32) {
        return weak("an Ed25519 key has 32 octets");
    }
    if (is_of_small_order(point)) {
        return weak("this Ed25519 key is a point of small order");
    }
    const OpensslErrors errors;
    Key key(Type::ed25519);
    key.handle_ = std::shared_ptr<EVP_PKEY>(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets_of(point), point.size()),
        &EVP_PKEY_free);
    if (!key.handle_) {
        return weak("OpenSSL refuses this Ed25519 key");
    }
    return key;
}

AlgorithmSet Key::algorithms() const noexcept {
    switch (type_) {
        case Type::rsa:
            return {Algorithm::rs256, Algorithm::ps256};
        case Type::p256:
            return {Algorithm::es256};
        case Type::ed25519:
            return {Algorithm::eddsa};
        case Type::secret:
            break;
    }
    AlgorithmSet fitting{};
    for (const Algorithm algorithm : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512}) {
        if (secret_->size() >= digest_size(algorithm)) {
            fitting.add(algorithm);
        }
    }
    return fitting;
}

ByteSpan Key::secret_octets() const noexcept {
    return secret_ ? as_byte_span(*secret_) : ByteSpan{};
}

}  // namespace belay::auth
