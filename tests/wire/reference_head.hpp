// A second, naive reading of a request head: whole bytes only, regular expressions, no regard for
// speed. Tests and fuzzers ask whether it and the parser agree.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace belay::test {

/// How many bytes the head at the front of `bytes` takes, if there is a whole one and it is to be
/// served under the default limits. `bytes` has at most 8 KiB.
std::optional<std::size_t> reference_head(std::string_view bytes);

}  // namespace belay::test
