#include "core/world/entropy.hpp"

#include <algorithm>
#include <cstring>

#include <sys/random.h>

#include "core/base/check.hpp"

namespace belay::world {

std::uint64_t Entropy::number() {
    std::array<std::byte, 8> raw;
    fill(raw);
    return load_little<std::uint64_t>(raw.data());
}

void SystemEntropy::fill(MutableByteSpan out) {
    while (!out.empty()) {
        if (left_ == 0) {
            // Up to 256 bytes a call are never interrupted and never short (getrandom(2)).
            for (std::size_t at = 0; at < block_.size(); at += 256) {
                check(::getrandom(block_.data() + at, 256, 0) == 256, "getrandom gives 256 bytes");
            }
            left_ = block_.size();
        }
        const std::size_t count = std::min(left_, out.size());
        std::byte* from = block_.data() + (block_.size() - left_);
        std::memcpy(out.data(), from, count);
        std::memset(from, 0, count);  // what was given out is not kept
        left_ -= count;
        out = out.subspan(count);
    }
}

std::uint64_t SeededEntropy::next() noexcept {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
}

void SeededEntropy::fill(MutableByteSpan out) {
    while (!out.empty()) {
        const std::uint64_t value = next();
        const std::size_t count = std::min(out.size(), sizeof value);
        std::memcpy(out.data(), &value, count);
        out = out.subspan(count);
    }
}

}  // namespace belay::world
