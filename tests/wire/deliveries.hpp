// One stream, delivered in every way that a network may cut it.
#pragma once

#include <string>
#include <string_view>

#include "tests/wire/transcript.hpp"

namespace belay::test {

/// The transcript of `bytes` delivered whole. Fails the current test if it is another when they
/// come byte by byte, or in two pieces cut at any place, each time flush against a closed page and
/// at a changing address. (Of long streams not every cut is tried.)
Transcript deliver_in_every_way(const std::string& name, std::string_view bytes);

}  // namespace belay::test
