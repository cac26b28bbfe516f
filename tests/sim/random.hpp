// Choices of a simulation: the same for the same seed, on every compiler.
#pragma once

#include <cstdint>

#include "core/world/entropy.hpp"

namespace belay::sim {

class Random {
  public:
    explicit Random(std::uint64_t seed) noexcept : entropy_(seed) {}

    std::uint64_t number() { return entropy_.number(); }
    /// 0 to bound - 1.
    std::uint64_t below(std::uint64_t bound) { return entropy_.number() % bound; }
    bool one_in(std::uint64_t count) { return below(count) == 0; }

    template <class Range>
    auto& pick(Range& from) {
        return from[below(from.size())];
    }

  private:
    world::SeededEntropy entropy_;
};

}  // namespace belay::sim
