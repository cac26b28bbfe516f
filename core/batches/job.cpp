#include "core/batches/job.hpp"

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::batches {
namespace {

// Layout 1: u8 layout, u8 phase, u8 method, u16 flags; 16 tenant, 16 upload; i64 upload until, i64
// updated; [u16 rows a second]; u64 input bytes, u64 claim; [i64 lease until] [i64 started] [i64
// finished]; u64 validated, succeeded, failed, output bytes; the checkpoint: u64 ended, offset,
// line, sent until, u8 words, the words; path, metadata, subject, scopes, error, each a u32 length
// and its bytes. Times are milliseconds from 1970-01-01.
constexpr std::uint8_t layout = 1;

constexpr unsigned is_live = 1U << 0U;
constexpr unsigned skips_validation = 1U << 1U;
constexpr unsigned suppresses_events = 1U << 2U;
constexpr unsigned has_rate = 1U << 3U;
constexpr unsigned has_lease = 1U << 4U;
constexpr unsigned has_started = 1U << 5U;
constexpr unsigned has_finished = 1U << 6U;
constexpr unsigned all_flags = (1U << 7U) - 1;

std::uint16_t flags_of(const Job& job) {
    unsigned flags = 0;
    flags |= job.is_live ? is_live : 0U;
    flags |= job.skips_validation ? skips_validation : 0U;
    flags |= job.suppresses_events ? suppresses_events : 0U;
    flags |= job.rows_per_second ? has_rate : 0U;
    flags |= job.lease_until ? has_lease : 0U;
    flags |= job.started ? has_started : 0U;
    flags |= job.finished ? has_finished : 0U;
    return static_cast<std::uint16_t>(flags);
}

void put(ByteWriter& writer, const std::optional<WallTime>& time) {
    if (time) {
        put_time(writer, *time);
    }
}

void take(ByteReader& reader, unsigned flags, unsigned flag, std::optional<WallTime>& to) {
    if ((flags & flag) != 0) {
        to = take_time(reader);
    }
}

std::string file_path(const job::Uuid& id, const job::Uuid& upload, std::string_view ending) {
    std::string path = "files/batches/" + job::format_uuid(id) + "-" + job::format_uuid(upload);
    path += ending;
    return path;
}

}  // namespace

void encode(const Job& job, std::string& to) {
    check(job.path.size() <= path_bytes_max && job.metadata.size() <= metadata_bytes_max &&
              job.error.size() <= error_text_bytes_max,
          "a batch job's texts are bounded");
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(job.phase));
    writer.integer(static_cast<std::uint8_t>(job.method));
    writer.integer(flags_of(job));
    writer.bytes(job.tenant.bytes());
    writer.bytes(job.upload.bytes());
    put_time(writer, job.upload_until);
    put_time(writer, job.updated);
    if (job.rows_per_second) {
        writer.integer(*job.rows_per_second);
    }
    writer.integer(job.input_bytes);
    writer.integer(job.claim);
    put(writer, job.lease_until);
    put(writer, job.started);
    put(writer, job.finished);
    for (const std::uint64_t count : {job.progress.validated, job.progress.succeeded,
                                      job.progress.failed, job.progress.output_bytes}) {
        writer.integer(count);
    }
    encode(job.progress.rows, writer);
    for (const std::string_view text :
         {job.path, job.metadata, job.subject, job.scopes, job.error}) {
        writer.text(text);
    }
}

result<Job> decode_job(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto phase = reader.integer<std::uint8_t>();
    const auto method = reader.integer<std::uint8_t>();
    const unsigned flags = reader.integer<std::uint16_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || phase == 0 || phase >= Rules::phases ||
        method < 1 || method > 2 || (flags & ~all_flags) != 0) {
        return Error::corrupt;
    }
    Job job;
    job.phase = static_cast<Phase>(phase);
    job.method = static_cast<Method>(method);
    job.is_live = (flags & is_live) != 0;
    job.skips_validation = (flags & skips_validation) != 0;
    job.suppresses_events = (flags & suppresses_events) != 0;
    job.tenant = reader.octets<job::Uuid>();
    job.upload = reader.octets<job::Uuid>();
    job.upload_until = take_time(reader);
    job.updated = take_time(reader);
    if ((flags & has_rate) != 0) {
        job.rows_per_second = reader.integer<std::uint16_t>();
    }
    job.input_bytes = reader.integer<std::uint64_t>();
    job.claim = reader.integer<std::uint64_t>();
    take(reader, flags, has_lease, job.lease_until);
    take(reader, flags, has_started, job.started);
    take(reader, flags, has_finished, job.finished);
    for (std::uint64_t* count : {&job.progress.validated, &job.progress.succeeded,
                                 &job.progress.failed, &job.progress.output_bytes}) {
        *count = reader.integer<std::uint64_t>();
    }
    job.progress.rows = take_checkpoint(reader);
    for (std::string_view* text :
         {&job.path, &job.metadata, &job.subject, &job.scopes, &job.error}) {
        *text = reader.text();
    }
    if (!reader.ok() || reader.left() != 0) {
        return Error::corrupt;
    }
    return job;
}

std::string input_path(const job::Uuid& id, const job::Uuid& upload) {
    return file_path(id, upload, ".in");
}

std::string output_path(const job::Uuid& id, const job::Uuid& upload) {
    return file_path(id, upload, ".out");
}

}  // namespace belay::batches
