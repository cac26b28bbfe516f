// The life of a ledger transaction as data (transfers.md 3.3): a pending one holds money at its
// sources until it is committed or canceled.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/job/rules.hpp"

namespace belay::ledger {

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class Phase : std::uint8_t {
    absent = 0,
    pending = 1,
    approved = 2,
    canceled = 3,
    count_ = 4,
};

enum class Ask : std::uint8_t {
    post,    ///< move the money at once
    hold,    ///< put it on hold at the sources
    commit,  ///< settle the hold and credit the destinations
    cancel,  ///< release the hold
    count_,
};

using Rules = job::Rules<Phase, Ask>;

extern const Rules& rules;

/// "PENDING"; empty for absent.
std::string_view name_of(Phase phase) noexcept;

}  // namespace belay::ledger
