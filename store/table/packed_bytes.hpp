// Bytes of packed texts as they are written and read, and texts as they are compared with them.
// Private to the packer (text_packer.cpp) and its shapes (text_shape.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/base/uuid_text.hpp"

namespace belay::store::packed {

/// What begins an item: up to `literal_bytes_max` bytes as they are, a word, or a UUID.
inline constexpr std::size_t first_word = 0x80;
inline constexpr std::size_t first_shape = 0xe0;
inline constexpr std::size_t uuid = 0xfe;
inline constexpr std::size_t uuid_again = 0xff;

/// The room is the caller's care.
class Output {
  public:
    explicit Output(MutableByteSpan to) noexcept : to_(to.data()) {}

    void byte(std::size_t value) noexcept { to_[size_++] = static_cast<std::byte>(value); }
    void bytes(const void* from, std::size_t count) noexcept {
        std::memcpy(to_ + size_, from, count);
        size_ += count;
    }
    std::size_t size() const noexcept { return size_; }

  private:
    std::byte* const to_;
    std::size_t size_ = 0;
};

class Input {
  public:
    explicit Input(ByteSpan packed) noexcept : left_(packed) {}

    bool empty() const noexcept { return left_.empty(); }
    ByteSpan all() noexcept { return take(left_.size()); }
    std::size_t byte() noexcept { return std::to_integer<std::size_t>(take(1)[0]); }
    ByteSpan take(std::size_t count) noexcept {
        check(count <= left_.size(), "a packed text does not end inside an item");
        const ByteSpan taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

  private:
    ByteSpan left_;
};

/// As memcmp(…) == 0, for a few bytes: a call would cost more.
inline bool is_equal(const char* one, const char* other, std::size_t count) noexcept {
    const auto differ = [&]<class Word>(Word, std::size_t at) {
        return load_little<Word>(reinterpret_cast<const std::byte*>(one + at)) !=
               load_little<Word>(reinterpret_cast<const std::byte*>(other + at));
    };
    if (count >= 8) {
        for (std::size_t at = 0; at + 8 < count; at += 8) {
            if (differ(std::uint64_t{}, at)) {
                return false;
            }
        }
        return !differ(std::uint64_t{}, count - 8);
    }
    if (count >= 4) {
        return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, count - 4);
    }
    for (std::size_t at = 0; at < count; ++at) {
        if (one[at] != other[at]) {
            return false;
        }
    }
    return true;
}

/// A text that is compared with one that comes in pieces.
class Comparison {
  public:
    explicit Comparison(std::string_view text) noexcept : left_(text) {}

    bool comes_next(std::string_view piece) noexcept {
        if (piece.size() > left_.size() || !is_equal(piece.data(), left_.data(), piece.size())) {
            return false;
        }
        left_.remove_prefix(piece.size());
        return true;
    }
    bool uuid_comes_next(const std::byte* octets) noexcept {
        if (left_.size() < uuid_characters || !is_uuid_of(octets, left_.data())) {
            return false;
        }
        left_.remove_prefix(uuid_characters);
        return true;
    }
    bool is_at_end() const noexcept { return left_.empty(); }

  private:
    std::string_view left_;
};

}  // namespace belay::store::packed
