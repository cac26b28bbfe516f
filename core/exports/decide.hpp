// The heart of the export family: what an ask does to a job. No I/O and no clock: the same inputs
// give the same decision, in the server, in the simulator and in a test.
#pragma once

#include <optional>
#include <string_view>

#include "core/exports/job.hpp"
#include "core/job/ids.hpp"
#include "core/job/verdict.hpp"

namespace belay::exports {

/// What of a job's life is a setting.
struct LifeSettings {
    /// How long a claim or a renewal holds.
    Milliseconds lease = std::chrono::seconds(30);
    /// Failed attempts before FAILED (exports.md 1.7: the first and three retries).
    std::uint32_t attempts_max = 4;
    /// The wait after the first failed attempt; doubled after each, at most retry_delay_max.
    Milliseconds retry_delay = std::chrono::seconds(1);
    Milliseconds retry_delay_max = std::chrono::minutes(5);
    /// From a job's end to its removal.
    Milliseconds retention = std::chrono::hours(30 * 24);
};

/// An ask with what it brings. Only the fields of the ask in question are read.
struct Request {
    Ask ask = Ask::cancel;
    /// progress, succeed, fail, release: the LSN of the worker's claim.
    job::Lsn token = 0;
    /// progress, succeed.
    std::uint64_t records_written = 0;
    /// succeed.
    std::uint64_t bytes_written = 0;
    Sha256 sha256{};
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
    /// If the verdict moves the job: what it becomes. Phase::absent: it is removed.
    Job next;
};

/// Decides an ask other than create. `standing` is null if there is no such job. A worker's `fail`
/// becomes a retry by itself while attempts are left.
Decision decide(const Standing* standing, const Request& request, WallTime now,
                const LifeSettings& settings);

/// The job that a create makes.
Job make_job(const job::TenantId& tenant, const job::Uuid& context, ReportType report,
             Format format, const Filter& filter, WallTime now);

/// When time itself will next have something to ask of the job: a retry's wait, the end of a lease,
/// expiry, removal. A queued job that can be claimed now is due now.
WallTime due_at(const Standing& standing, const LifeSettings& settings);

/// What to ask when that time has come; nullopt for a queued job that waits for a worker.
std::optional<Ask> due_ask(const Standing& standing, WallTime now, const LifeSettings& settings);

}  // namespace belay::exports
