#include "core/exports/job.hpp"

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::exports {
namespace {

// Layout 1: u8 layout, u8 phase, u8 report, u8 format, u16 which optional fields follow, u32
// attempts, 16 tenant, 16 context, i32 from day, i32 to day, i64 updated; then, in the order of the
// flags, the optional fields. Days count from 1970-01-01, times are milliseconds from it.
constexpr std::uint8_t layout = 1;

constexpr unsigned has_source = 1U << 0U;
constexpr unsigned has_progress = 1U << 1U;
constexpr unsigned has_claim = 1U << 2U;
constexpr unsigned has_started = 1U << 3U;
constexpr unsigned has_finished = 1U << 4U;
constexpr unsigned has_lease = 1U << 5U;
constexpr unsigned has_next_try = 1U << 6U;
constexpr unsigned has_sha256 = 1U << 7U;
constexpr unsigned has_error = 1U << 8U;
constexpr unsigned all_flags = (1U << 9U) - 1;

std::uint16_t flags_of(const Job& job) {
    unsigned flags = 0;
    flags |= job.filter.source ? has_source : 0U;
    flags |= job.records_written != 0 || job.bytes_written != 0 ? has_progress : 0U;
    flags |= job.claim != 0 ? has_claim : 0U;
    flags |= job.started ? has_started : 0U;
    flags |= job.finished ? has_finished : 0U;
    flags |= job.lease_until ? has_lease : 0U;
    flags |= job.next_try ? has_next_try : 0U;
    flags |= job.sha256 ? has_sha256 : 0U;
    flags |= job.error.empty() ? 0U : has_error;
    return static_cast<std::uint16_t>(flags);
}

Day take_day(ByteReader& reader) {
    return Day(std::chrono::days(reader.integer<std::int32_t>()));
}

void put_day(ByteWriter& writer, Day day) {
    writer.integer(static_cast<std::int32_t>(day.time_since_epoch().count()));
}

bool in_range(std::uint8_t value, std::uint8_t low, std::uint8_t high) {
    return value >= low && value <= high;
}

void take_optional_fields(ByteReader& reader, std::uint16_t flags, Job& job) {
    if ((flags & has_source) != 0) {
        job.filter.source = reader.octets<job::Uuid>();
    }
    if ((flags & has_progress) != 0) {
        job.records_written = reader.integer<std::uint64_t>();
        job.bytes_written = reader.integer<std::uint64_t>();
    }
    if ((flags & has_claim) != 0) {
        job.claim = reader.integer<std::uint64_t>();
    }
    if ((flags & has_started) != 0) {
        job.started = take_time(reader);
    }
    if ((flags & has_finished) != 0) {
        job.finished = take_time(reader);
    }
    if ((flags & has_lease) != 0) {
        job.lease_until = take_time(reader);
    }
    if ((flags & has_next_try) != 0) {
        job.next_try = take_time(reader);
    }
    if ((flags & has_sha256) != 0) {
        job.sha256 = reader.octets<Sha256>();
    }
    if ((flags & has_error) != 0) {
        job.error = reader.text();
    }
}

}  // namespace

void encode(const Job& job, std::string& to) {
    check(job.error.size() <= error_text_bytes_max, "a job's error text is bounded");
    const std::uint16_t flags = flags_of(job);
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(job.phase));
    writer.integer(static_cast<std::uint8_t>(job.report));
    writer.integer(static_cast<std::uint8_t>(job.format));
    writer.integer(flags);
    writer.integer(job.attempts);
    writer.bytes(job.tenant.bytes());
    writer.bytes(job.context.bytes());
    put_day(writer, job.filter.from);
    put_day(writer, job.filter.to);
    put_time(writer, job.updated);
    if (job.filter.source) {
        writer.bytes(job.filter.source->bytes());
    }
    if ((flags & has_progress) != 0) {
        writer.integer(job.records_written);
        writer.integer(job.bytes_written);
    }
    if (job.claim != 0) {
        writer.integer(job.claim);
    }
    for (const std::optional<WallTime>& time :
         {job.started, job.finished, job.lease_until, job.next_try}) {
        if (time) {
            put_time(writer, *time);
        }
    }
    if (job.sha256) {
        writer.bytes(std::as_bytes(std::span(*job.sha256)));
    }
    if (!job.error.empty()) {
        writer.text(job.error);
    }
}

result<Job> decode_job(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto phase = reader.integer<std::uint8_t>();
    const auto report = reader.integer<std::uint8_t>();
    const auto format = reader.integer<std::uint8_t>();
    const auto flags = reader.integer<std::uint16_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || !in_range(phase, 1, Rules::phases - 1) ||
        !in_range(report, 1, 3) || !in_range(format, 1, 3) || (flags & ~all_flags) != 0) {
        return Error::corrupt;
    }
    Job job;
    job.phase = static_cast<Phase>(phase);
    job.report = static_cast<ReportType>(report);
    job.format = static_cast<Format>(format);
    job.attempts = reader.integer<std::uint32_t>();
    job.tenant = reader.octets<job::Uuid>();
    job.context = reader.octets<job::Uuid>();
    job.filter.from = take_day(reader);
    job.filter.to = take_day(reader);
    job.updated = take_time(reader);
    take_optional_fields(reader, flags, job);
    if (!reader.ok() || reader.left() != 0 || job.error.size() > error_text_bytes_max) {
        return Error::corrupt;
    }
    return job;
}

bool is_downloadable(const Job& job, const job::Uuid& id, WallTime now) noexcept {
    return job.phase == Phase::succeeded && now < expires_at(id);
}

std::string file_path(const job::Uuid& id, job::Lsn claim, Format format) {
    std::string path = "files/exports/";
    path += job::format_uuid(id);
    path += '-';
    path += std::to_string(claim);
    path += '.';
    path += extension_of(format);
    return path;
}

std::string file_name(const Job& job) {
    std::string name(name_of(job.report));
    name += '_';
    name += job::format_uuid(job.context).substr(0, 8);
    name += '_';
    name += format_day_compact(job.filter.from);
    name += '-';
    name += format_day_compact(job.filter.to);
    name += '.';
    name += extension_of(job.format);
    return name;
}

}  // namespace belay::exports
