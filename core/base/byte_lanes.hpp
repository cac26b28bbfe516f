// As many bytes of a text at a time as the processor surely has instructions for: sixteen with
// SSE2, which every x86-64 has, else eight (eight_bytes.hpp). What can be done with them is the
// same.
#pragma once

#include "core/base/eight_bytes.hpp"

#if defined(__SSE2__)

#include <emmintrin.h>

namespace belay::sixteen_bytes {

using Bytes = __m128i;
using Marks = __m128i;

inline constexpr std::size_t count = sizeof(Bytes);

/// From `text` on sixteen bytes can be read.
inline Bytes load(const char* text) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const Bytes*>(text));
}

/// Marks the bytes below `limit`, which is not 0.
inline Marks below(Bytes bytes, std::uint8_t limit) noexcept {
    const Bytes most = _mm_set1_epi8(static_cast<char>(limit - 1));
    return _mm_cmpeq_epi8(_mm_min_epu8(bytes, most), bytes);
}

/// Marks the bytes that are `byte`.
inline Marks equal(Bytes bytes, std::uint8_t byte) noexcept {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(static_cast<char>(byte)));
}

/// Marks the bytes that are not the same in both.
inline Marks different(Bytes one, Bytes other) noexcept {
    return _mm_xor_si128(_mm_cmpeq_epi8(one, other), _mm_set1_epi8(-1));
}

inline Marks either(Marks one, Marks other) noexcept {
    return _mm_or_si128(one, other);
}

/// Which byte is the first that is marked; `count` if none is.
inline std::size_t first(Marks marks) noexcept {
    constexpr unsigned behind_last = 1U << count;
    return static_cast<std::size_t>(
        std::countr_zero(static_cast<unsigned>(_mm_movemask_epi8(marks)) | behind_last));
}

}  // namespace belay::sixteen_bytes

namespace belay {
namespace byte_lanes = sixteen_bytes;
}

#else

namespace belay {
namespace byte_lanes = eight_bytes;
}

#endif
