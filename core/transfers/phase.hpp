// The lifecycles of transfers as data, one table a type: phase × ask -> verdict, next phase
// (transfers.md 2.4).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/job/rules.hpp"

namespace belay::transfers {

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class Type : std::uint8_t {
    ted_out = 1,  ///< to an account at another bank, over the rail
    p2p = 2,      ///< to an account of the same institution, over the ledger alone
    ted_in = 3,   ///< from another bank, as the rail told of it
};

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class Phase : std::uint8_t {
    absent = 0,
    created = 1,     ///< confirmed, the money is on hold
    pending = 2,     ///< sent to the rail, not acknowledged
    processing = 3,  ///< the rail has accepted it
    completed = 4,
    rejected = 5,
    failed = 6,
    cancelled = 7,
    received = 8,
    count_ = 9,
};

/// What can be asked of a transfer, and by whom.
// DO NOT CHANGE THE ORDER: the numbers stand on disk, in what is open at another ledger.
enum class Ask : std::uint8_t {
    process,     ///< a client: make it, hold the money
    receive,     ///< the rail: another bank sends money
    submit,      ///< the driver: it is about to be sent to the rail
    accept,      ///< the rail has accepted it; for P2P and TED_IN: the driver begins
    complete,    ///< it is settled
    reject,      ///< the rail refuses it for good
    fail,        ///< the rail, or the ledger, cannot do it
    cancel,      ///< a client
    chargeback,  ///< the rail takes an inbound transfer back
    count_,
};

using Rules = job::Rules<Phase, Ask>;

const Rules& rules_of(Type type) noexcept;

/// "PROCESSING"; empty for absent.
std::string_view name_of(Phase phase) noexcept;

/// "TED_OUT".
std::string_view name_of(Type type) noexcept;

std::optional<Phase> phase_named(std::string_view name) noexcept;
std::optional<Type> type_named(std::string_view name) noexcept;

/// COMPLETED, REJECTED, FAILED, CANCELLED.
bool is_terminal(Phase phase) noexcept;

/// Whether a client's cancel moves a transfer of this type from this phase.
bool is_cancellable(Type type, Phase phase) noexcept;

}  // namespace belay::transfers
