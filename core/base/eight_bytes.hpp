// Eight bytes of a text at a time, as one number: the byte that comes first is the lowest.
//
// The searches give a number whose top bit is set in each byte that was found. A byte behind one
// that was found may be marked wrongly (a subtraction borrows), one before it never is: `first` is
// exact, of several searches or-ed together, too.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"

namespace belay::eight_bytes {

using Bytes = std::uint64_t;
using Marks = std::uint64_t;

inline constexpr std::size_t count = sizeof(Bytes);
inline constexpr Bytes tops = 0x8080808080808080U;

/// From `text` on eight bytes can be read.
inline Bytes load(const char* text) noexcept {
    return load_little<Bytes>(reinterpret_cast<const std::byte*>(text));
}

constexpr Bytes each(std::uint8_t byte) noexcept {
    return 0x0101010101010101U * byte;
}

/// Marks the bytes below `limit`, which is at most 0x80.
constexpr Marks below(Bytes word, std::uint8_t limit) noexcept {
    return (word - each(limit)) & ~word & tops;
}

/// Marks the bytes that are `byte`.
constexpr Marks equal(Bytes word, std::uint8_t byte) noexcept {
    return below(word ^ each(byte), 1);
}

/// Marks the bytes that are not the same in both, and no other.
constexpr Marks different(Bytes one, Bytes other) noexcept {
    const Bytes changed = one ^ other;
    return (((changed & ~tops) + ~tops) | changed) & tops;
}

constexpr Marks either(Marks one, Marks other) noexcept {
    return one | other;
}

/// Which byte is the first that is marked; `count` if none is.
constexpr std::size_t first(Marks marks) noexcept {
    return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

}  // namespace belay::eight_bytes
