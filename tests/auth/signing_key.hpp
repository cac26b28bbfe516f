// The other side of auth/signature: private keys made in the test process.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/algorithm.hpp"

struct evp_pkey_st;

namespace belay::auth_test {

/// A key pair. Making an RSA one takes a while: tests share them (tests/auth/tokens.hpp).
class SigningKey {
  public:
    static SigningKey rsa(unsigned bits);
    static SigningKey p256();
    static SigningKey ed25519();

    /// The signature in the form of JWS: R||S for ES256.
    std::string sign(auth::Algorithm algorithm, std::string_view input) const;

    /// The same in the form of OpenSSL: DER for ES256.
    std::string sign_raw(auth::Algorithm algorithm, std::string_view input) const;

    /// The RSA signature over any representative: the octets to the power of d, modulo n.
    std::string rsa_raw(std::string_view representative) const;

    /// A public JWK; `members` goes in front of the others ("" or `"kid":"k",`).
    std::string jwk(std::string_view members) const;

    std::string public_pem() const;
    std::string public_der() const;

    /// RSA: modulus and exponent. EC: coordinates. Ed25519: the point, and "".
    std::string first() const;
    std::string second() const;

  private:
    explicit SigningKey(evp_pkey_st* key);

    std::string number(const char* name) const;

    std::shared_ptr<evp_pkey_st> key_;
};

/// Sum of two unsigned numbers, most significant octet first; as wide as needed, at least `width`.
std::string add_big_endian(std::string_view left, std::string_view right, std::size_t width);

}  // namespace belay::auth_test
