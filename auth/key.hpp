// One key that signatures are verified with, checked when it is made: a Key that exists is usable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "auth/algorithm.hpp"
#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

struct evp_pkey_st;

namespace belay::auth {

/// Immutable, cheap to copy, and safe to use from any number of threads.
class Key {
  public:
    enum class Type : std::uint8_t { secret, rsa, p256, ed25519 };

    static constexpr std::size_t secret_size_min = 32;  ///< RFC 8725 section 3.5
    static constexpr std::size_t rsa_bits_min = 2048;
    static constexpr std::size_t rsa_bits_max = 8192;  ///< a larger one only costs time

    /// Octets known to both sides, at least `secret_size_min`.
    static explained<Key> secret(std::string octets);

    /// Modulus and exponent, most significant octet first. The modulus has `rsa_bits_min` to
    /// `rsa_bits_max` bits and is not one of a generator known to be broken (ROCA,
    /// CVE-2017-15361); the exponent is odd, at least 3 and at most 8 octets.
    static explained<Key> rsa(ByteSpan modulus, ByteSpan exponent);

    /// Coordinates of 32 octets each; the point is on the curve (RFC 8725 section 3.4).
    static explained<Key> p256(ByteSpan x, ByteSpan y);

    /// The 32 octets of RFC 8032. Points of small order are refused: with such a "key" one
    /// signature fits many messages.
    static explained<Key> ed25519(ByteSpan point);

    Type type() const noexcept { return type_; }

    /// Every algorithm this key can serve; a secret only those whose digest is no longer than it
    /// (RFC 7518 section 3.2).
    AlgorithmSet algorithms() const noexcept;

    /// Of Type::secret; empty for the others. Valid as long as the key or a copy of it.
    ByteSpan secret_octets() const noexcept;

    /// OpenSSL's form of every type but Type::secret; valid as long as the key or a copy of it.
    evp_pkey_st* handle() const noexcept { return handle_.get(); }

  private:
    explicit Key(Type type) noexcept : type_(type) {}

    Type type_;
    std::shared_ptr<const std::string> secret_;
    std::shared_ptr<evp_pkey_st> handle_;
};

}  // namespace belay::auth
