// A batch job as a value, and the bytes of its record.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/batches/phase.hpp"
#include "core/batches/window.hpp"
#include "core/job/ids.hpp"

namespace belay::batches {

// DO NOT CHANGE THESE NUMBERS: they stand on disk, in every record's name.
inline constexpr job::Kind batch_kind{40};

/// The list of job::ListId that all batch jobs of an account are in.
inline constexpr std::uint16_t batches_of_tenant = 40;

inline constexpr std::size_t path_bytes_max = 512;
/// Enough for the most that clients may send, 50 pairs of 40 and 500 characters, if these are
/// ASCII.
inline constexpr std::size_t metadata_bytes_max = 28 * 1024;
inline constexpr std::size_t error_text_bytes_max = 1024;

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class Method : std::uint8_t { post = 1, del = 2 };

/// What is durable of a job's work: whoever takes it up again goes on from here.
struct Progress {
    /// Rows that were found good.
    std::uint64_t validated = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
    /// Of the output file; what is behind them is cut off when the job is taken up again.
    std::uint64_t output_bytes = 0;
    /// Which rows have their answer in these bytes.
    Checkpoint rows;

    friend bool operator==(const Progress&, const Progress&) = default;
};

/// The texts are views of the bytes that it was read from, or of the caller's.
struct Job {
    job::TenantId tenant;
    bool is_live = true;
    bool skips_validation = false;
    /// Of the operations that the rows are, not of the job itself.
    bool suppresses_events = false;
    Method method = Method::post;
    /// Rows a second, of versions that have it.
    std::optional<std::uint16_t> rows_per_second;
    /// "/v1/transfers/:id/cancel"
    std::string_view path;
    /// A JSON object as it came, or empty.
    std::string_view metadata;
    /// As whom the rows are run: the creator.
    std::string_view subject;
    /// His scopes, separated by blanks.
    std::string_view scopes;

    Phase phase = Phase::absent;
    /// ready_for_upload: when its upload URL ends.
    WallTime upload_until{};
    /// Names the input file, once there is one.
    job::Uuid upload;
    std::uint64_t input_bytes = 0;
    /// The LSN of the present (or last) claim, the fencing token of its lease; 0 inside the very
    /// version that the claim made, whose own LSN it is.
    job::Lsn claim = 0;
    std::optional<WallTime> lease_until;
    /// When its input was there.
    std::optional<WallTime> started;
    std::optional<WallTime> finished;
    WallTime updated{};
    Progress progress;
    /// batch_failed: why.
    std::string_view error;

    friend bool operator==(const Job&, const Job&) = default;
};

/// The fencing token of the lease of a job that stands in the version with this LSN.
constexpr job::Lsn fencing_token(const Job& job, job::Lsn version) noexcept {
    return job.claim != 0 ? job.claim : version;
}

void encode(const Job& job, std::string& to);
result<Job> decode_job(ByteSpan bytes);

/// "files/batches/<job>-<upload>.in".
std::string input_path(const job::Uuid& id, const job::Uuid& upload);

/// "files/batches/<job>-<upload>.out". One output for one input, whoever runs it: it is gone on
/// with, not begun anew.
std::string output_path(const job::Uuid& id, const job::Uuid& upload);

}  // namespace belay::batches
