// The seam to randomness.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace belay::world {

/// Not thread-safe: one for each thread.
class Entropy {
  public:
    virtual ~Entropy() = default;

    /// Fills all of `out` with random bytes.
    virtual void fill(MutableByteSpan out) = 0;

    /// A random 64-bit number.
    std::uint64_t number();
};

/// getrandom(2), drawn in blocks so that an id costs no system call. Never repeats after a fork:
/// belay does not fork.
class SystemEntropy final : public Entropy {
  public:
    void fill(MutableByteSpan out) override;

  private:
    std::array<std::byte, 4096> block_;
    std::size_t left_ = 0;
};

/// The same bytes for the same seed, for tests and the simulator (splitmix64). Not for secrets.
class SeededEntropy final : public Entropy {
  public:
    explicit SeededEntropy(std::uint64_t seed) noexcept : state_(seed) {}

    void fill(MutableByteSpan out) override;

  private:
    std::uint64_t next() noexcept;

    std::uint64_t state_;
};

}  // namespace belay::world
