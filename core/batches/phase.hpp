// The lifecycle of a batch job as data: phase × ask -> verdict, next phase (contracts README 4,
// batches.md 4).
#pragma once

#include <cstdint>
#include <string_view>

#include "core/job/rules.hpp"

namespace belay::batches {

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class Phase : std::uint8_t {
    absent = 0,
    ready_for_upload = 1,
    validating = 2,
    in_progress = 3,
    cancelling = 4,
    complete = 5,
    canceled = 6,
    validation_failed = 7,
    batch_failed = 8,
    upload_timeout = 9,
    timeout = 10,
    count_ = 11,
};

/// What can be asked of a batch job, and by whom.
enum class Ask : std::uint8_t {
    create,      ///< a client: make the job
    validate,    ///< an upload that is in place: check its rows first
    run,         ///< an upload that is in place, of a job that skips validation
    claim,       ///< the runner: take the job under a new lease
    progress,    ///< the runner: store what is durable of it, renew the lease
    pass,        ///< the runner: every row is good
    refuse,      ///< the runner: a row is not
    finish,      ///< the runner: every row has its answer
    settle,      ///< the runner: no row of a job that is being canceled is under way any more
    fail,        ///< the runner: it cannot go on
    cancel,      ///< a client
    end_window,  ///< a timer: nothing was uploaded in time
    end_time,    ///< the runner: it has run for too long, and no row is under way any more
    remove,      ///< a timer: the ended job's retention is over
    count_,
};

using Rules = job::Rules<Phase, Ask>;

extern const Rules& rules;

/// "ready_for_upload"; empty for absent.
std::string_view name_of(Phase phase) noexcept;

/// complete, canceled, validation_failed, batch_failed, upload_timeout, timeout.
bool is_terminal(Phase phase) noexcept;

/// Whether a runner has work with it: validating, in_progress, cancelling.
bool is_running(Phase phase) noexcept;

}  // namespace belay::batches
