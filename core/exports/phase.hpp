// The lifecycle of an export job as data: phase × ask -> verdict, next phase.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/job/rules.hpp"

namespace belay::exports {

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class Phase : std::uint8_t {
    absent = 0,
    queued = 1,
    running = 2,
    succeeded = 3,
    failed = 4,
    expired = 5,
    canceled = 6,
    count_ = 7,
};

/// What can be asked of an export job, and by whom.
enum class Ask : std::uint8_t {
    create,    ///< a client: make the job
    claim,     ///< a worker: take a queued job under a new lease
    progress,  ///< the worker: store counters, renew the lease
    succeed,   ///< the worker: the file is in place
    retry,     ///< the worker: it failed, attempts are left
    fail,      ///< the worker: it failed for the last time
    release,   ///< the worker: it stops without having finished; no failed attempt
    lapse,     ///< a timer: the lease ended; no failed attempt
    cancel,    ///< a client
    expire,    ///< a timer: the job's week is over
    remove,    ///< a timer: the ended job's retention is over
    count_,
};

using Rules = job::Rules<Phase, Ask>;

/// The table (contracts README 3, exports.md 1.5 and 1.6).
extern const Rules& rules;

/// "QUEUED"; empty for absent.
std::string_view name_of(Phase phase) noexcept;

/// The phase of exactly this name, in upper case.
std::optional<Phase> phase_named(std::string_view name) noexcept;

/// SUCCEEDED, FAILED, EXPIRED, CANCELED.
bool is_terminal(Phase phase) noexcept;

}  // namespace belay::exports
