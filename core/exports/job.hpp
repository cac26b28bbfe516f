// An export job as a value, and the bytes of its record.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/exports/phase.hpp"
#include "core/exports/report_type.hpp"
#include "core/job/ids.hpp"

namespace belay::exports {

// DO NOT CHANGE THESE NUMBERS: they stand on disk, in every record's name.
inline constexpr job::Kind context_kind{1};
inline constexpr job::Kind export_job_kind{2};

/// Lists of job::ListId: the jobs and contexts of a tenant, the jobs of a context.
inline constexpr std::uint16_t contexts_of_tenant = 1;
inline constexpr std::uint16_t jobs_of_tenant = 2;
inline constexpr std::uint16_t jobs_of_context = 3;

using Sha256 = std::array<std::byte, 32>;

/// exports.md 1.7: an export can be downloaded for exactly seven days after its creation.
inline constexpr Milliseconds export_lifetime = std::chrono::hours(7 * 24);

inline constexpr std::size_t error_text_bytes_max = 1024;

struct Job {
    job::TenantId tenant;
    job::Uuid context;
    ReportType report = ReportType::matched;
    Format format = Format::csv;
    Filter filter;

    Phase phase = Phase::absent;
    /// Times the job was claimed, less those that ended by release or lapse.
    std::uint32_t attempts = 0;
    std::uint64_t records_written = 0;
    std::uint64_t bytes_written = 0;
    /// The LSN of the present (or last) claim, the fencing token of its lease; 0 inside the very
    /// version that the claim made, whose own LSN it is (`fencing_token`).
    job::Lsn claim = 0;
    std::optional<WallTime> started;
    std::optional<WallTime> finished;
    WallTime updated{};
    /// RUNNING: when the lease ends unless it is renewed.
    std::optional<WallTime> lease_until;
    /// QUEUED after a failure: not to be claimed before.
    std::optional<WallTime> next_try;
    /// SUCCEEDED and EXPIRED: of the whole file.
    std::optional<Sha256> sha256;
    /// What the last failure said, at most error_text_bytes_max bytes; a view of the bytes the job
    /// was read from, or of the caller's. It outlives a later success (exports.md 1.3).
    std::string_view error;

    friend bool operator==(const Job&, const Job&) = default;
};

/// The fencing token of the lease of a job that stands in the version with this LSN.
constexpr job::Lsn fencing_token(const Job& job, job::Lsn version) noexcept {
    return job.claim != 0 ? job.claim : version;
}

/// Appends the record's bytes. A queued job takes about 60.
void encode(const Job& job, std::string& to);

/// Reads a record; the error text stays a view of `bytes`. Error::corrupt if it is not one.
result<Job> decode_job(ByteSpan bytes);

/// Creation is the time in the id.
inline WallTime created_at(const job::Uuid& id) {
    return job::time_of(id);
}

inline WallTime expires_at(const job::Uuid& id) {
    return created_at(id) + export_lifetime;
}

/// SUCCEEDED and not over its week.
bool is_downloadable(const Job& job, const job::Uuid& id, WallTime now) noexcept;

/// Where the file of a claim lies under the data directory: "files/exports/<job>-<claim>.csv". The
/// claim in the name keeps a worker that lost its lease from touching its successor's file.
std::string file_path(const job::Uuid& id, job::Lsn claim, Format format);

/// "MATCHED_0189a2c4_20261023-20261122.csv" (exports.md 1.7).
std::string file_name(const Job& job);

}  // namespace belay::exports
