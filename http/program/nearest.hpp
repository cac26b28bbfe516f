// "Did you mean …?"
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace belay::program {

/// How many single characters must be inserted, dropped, replaced or swapped with their neighbour
/// to make one text the other (no character is touched twice).
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The first of the candidates with the least distance to `text`. There must be one.
std::string_view nearest(std::string_view text, std::span<const std::string> candidates);

}  // namespace belay::program
