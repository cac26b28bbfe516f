// What the program has allocated with new, for tests of bounded memory.
#pragma once

#include <cstddef>

namespace belay::test {

std::size_t heap_bytes() noexcept;

/// The most since the last call.
std::size_t heap_peak_and_reset() noexcept;

}  // namespace belay::test
