// The heart of the batch family: what an ask does to a job. No I/O and no clock.
#pragma once

#include <optional>
#include <string_view>

#include "core/batches/job.hpp"
#include "core/job/verdict.hpp"

namespace belay::batches {

/// What of a job's life is a setting.
struct LifeSettings {
    /// How long a claim or a renewal holds.
    Milliseconds lease = std::chrono::seconds(30);
    /// From creation to the end of the upload URL.
    Milliseconds upload_window = std::chrono::minutes(5);
    /// From the upload to `timeout`.
    Milliseconds run_time_max = std::chrono::hours(24);
    /// From a job's end to the removal of its record.
    Milliseconds retention = std::chrono::hours(30 * 24);
    /// From a job's end to the removal of its files.
    Milliseconds results_kept = std::chrono::hours(7 * 24);
};

/// An ask with what it brings. Only the fields of the ask in question are read.
struct Request {
    Ask ask = Ask::cancel;
    /// progress, pass, refuse, finish, settle, fail, end_time: the LSN of the runner's claim.
    job::Lsn token = 0;
    /// The same: what is durable of the job's work.
    Progress progress{};
    /// progress: the lease ends with it, anybody may claim the job at once.
    bool gives_back = false;
    /// validate, run.
    job::Uuid upload{};
    std::uint64_t input_bytes = 0;
    /// fail: cut to error_text_bytes_max at a character's boundary by the asker.
    std::string_view error{};
};

/// A job as the store has it.
struct Standing {
    job::Uuid id;
    /// The LSN of the version it was read from.
    job::Lsn version = 0;
    Job job;
};

struct Decision {
    job::Verdict verdict = job::Verdict::not_found;
    /// If the verdict moves the job: what it becomes. Phase::absent: it is removed. The texts stay
    /// views of the inputs'.
    Job next;
};

/// Decides an ask other than create. `standing` is null if there is no such job. An upload that
/// was begun in time may end late: validate and run do not look at the clock.
Decision decide(const Standing* standing, const Request& request, WallTime now,
                const LifeSettings& settings);

/// When time itself will next have something to ask of the job: its upload window ends, whoever
/// runs it has lost it, its record is to be removed.
WallTime due_at(const Standing& standing, const LifeSettings& settings);

/// What a timer asks when that time has come; nullopt for a running job: whoever claims it finds
/// out what is to be done, and that its time is up, too.
std::optional<Ask> due_ask(const Standing& standing, WallTime now, const LifeSettings& settings);

/// When a job that was begun at its `started` (or, if it was not, `updated`) has run for too long.
WallTime time_is_up_at(const Job& job, const LifeSettings& settings);

/// Of an ended job: when its files are to be removed.
WallTime results_end_at(const Job& job, const LifeSettings& settings);

}  // namespace belay::batches
