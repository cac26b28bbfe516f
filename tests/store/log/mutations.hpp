// Changes to bytes as a fuzzer's input tells them: flips, zeros, copies from elsewhere, new bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/base/bytes.hpp"

namespace belay::store::test {

class Mutations {
  public:
    explicit Mutations(ByteSpan input) : input_(input) {}

    bool left() const { return !input_.empty(); }

    std::uint8_t byte() {
        if (input_.empty()) {
            return 0;
        }
        const auto taken = std::to_integer<std::uint8_t>(input_.front());
        input_ = input_.subspan(1);
        return taken;
    }

    /// Below `bound`, which is not 0.
    std::size_t number(std::size_t bound) {
        const std::size_t high = byte();
        const std::size_t middle = byte();
        return (high << 16U | middle << 8U | byte()) % bound;
    }

    /// One change of `bytes`, perhaps with bytes of `other`.
    void apply(std::vector<std::byte>& bytes, ByteSpan other) {
        if (bytes.empty() || other.empty()) {
            return;
        }
        const std::uint8_t what = byte();
        std::size_t at = number(bytes.size());
        if (what >= 4) {
            // Where something begins: a block, a place of a frame, a field.
            constexpr std::size_t steps[] = {4096, 512, 64, 8};
            at -= at % steps[what % 4];
        }
        const std::size_t left_behind = bytes.size() - at;
        switch (what / 4 % 4) {
            case 0:
                bytes[at] ^= std::byte{byte()};
                break;
            case 1: {
                const std::size_t count = std::min<std::size_t>(number(8192), left_behind);
                std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, std::byte{0});
                break;
            }
            case 2: {
                std::size_t from = number(other.size());
                from -= from % 64;
                const std::size_t count =
                    std::min({number(8192), left_behind, other.size() - from});
                std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(from), count,
                            bytes.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            }
            default:
                for (std::size_t count = std::min<std::size_t>(byte() % 16, left_behind); count > 0;
                     --count) {
                    bytes[at++] = std::byte{byte()};
                }
        }
    }

  private:
    ByteSpan input_;
};

}  // namespace belay::store::test
