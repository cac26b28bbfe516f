// The signature algorithms that belay speaks (RFC 7518 section 3.1, RFC 8037), and sets of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace belay::auth {

enum class Algorithm : std::uint8_t { hs256, hs384, hs512, rs256, ps256, es256, eddsa };

/// The algorithm of an `alg` value. Exact, with case: "none" in any spelling is no algorithm.
std::optional<Algorithm> parse_algorithm(std::string_view name) noexcept;

std::string_view name_of(Algorithm algorithm) noexcept;

/// The octets of the digest inside, which is also the least size of an HMAC key (RFC 7518
/// section 3.2). Zero for EdDSA, whose digest is its own.
std::size_t digest_size(Algorithm algorithm) noexcept;

class AlgorithmSet {
  public:
    constexpr AlgorithmSet(std::initializer_list<Algorithm> algorithms) noexcept {
        for (const Algorithm algorithm : algorithms) {
            add(algorithm);
        }
    }

    constexpr void add(Algorithm algorithm) noexcept { bits_ |= bit(algorithm); }
    constexpr bool has(Algorithm algorithm) const noexcept { return (bits_ & bit(algorithm)) != 0; }
    constexpr bool empty() const noexcept { return bits_ == 0; }

  private:
    static constexpr std::uint32_t bit(Algorithm algorithm) noexcept {
        return std::uint32_t{1} << static_cast<std::uint8_t>(algorithm);
    }

    std::uint32_t bits_ = 0;
};

}  // namespace belay::auth
