// Gives back what a transfer was counted for against limits.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/transfers/transfer.hpp"
#include "store/operation.hpp"

namespace belay::http {

/// `counters`: their places among the subjects. A counter that is gone, or that does not hold what
/// is given back, was not what this transfer was counted in: limits were not set then. `bytes` is
/// memory to work in.
void give_back_limits(const store::View& view, store::Draft& draft,
                      std::span<const std::optional<std::size_t>> counters,
                      const transfers::Transfer& transfer, std::string& bytes);

}  // namespace belay::http
