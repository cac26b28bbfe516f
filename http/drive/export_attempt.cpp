#include "http/drive/export_attempt.hpp"

#include <algorithm>
#include <utility>

#include "core/exports/files.hpp"

namespace belay::http {
namespace {

/// Progress is stored, and the lease renewed, so often while rows are written; of a short lease
/// three times.
constexpr Milliseconds renewal_interval_max(500);

/// So much of the file is written between two syncs. One sync of gigabytes at the end could outlast
/// the lease, and the job would begin anew for ever; it would also hold up the log's own syncs.
constexpr std::uint64_t bytes_between_syncs = 16ULL << 20;

/// Until a claim that the store could not do is tried again.
constexpr Milliseconds claim_pause(1000);

/// The longest prefix of at most `size` bytes that ends between two characters.
std::string_view cut_at_character(std::string_view text, std::size_t size) {
    if (text.size() <= size) {
        return text;
    }
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) {
        --size;
    }
    return text.substr(0, size);
}

}  // namespace

ExportAttempt::~ExportAttempt() {
    if (stage_ != Stage::ended) {
        abandon();
    }
}

bool ExportAttempt::step(std::size_t rows) {
    switch (stage_) {
        case Stage::claim:
            claim();
            break;
        case Stage::open:
            open();
            break;
        case Stage::rows:
            write_rows(rows);
            break;
        case Stage::place:
            place();
            break;
        case Stage::succeed:
            succeed();
            break;
        case Stage::fail:
            report_failure();
            break;
        case Stage::ended:
            break;
    }
    return stage_ != Stage::ended;
}

void ExportAttempt::claim() {
    std::optional<job::Uuid> context;
    parts_.lane.lane().read({exports::export_job_kind, id_}, [&](const store::RecordView& record) {
        if (const result<exports::Job> job = exports::decode_job(record.value)) {
            context = job->context;
        }
    });
    if (!context) {
        stage_ = Stage::ended;
        return;
    }
    ExportMove move(id_, {.ask = exports::Ask::claim}, parts_.life, {}, context);
    parts_.lane.run(move);
    if (!move.applied()) {
        look_again_unless_declined(move.receipt().status);
        stage_ = Stage::ended;
        return;
    }
    job_ = move.job();
    set_ = move.set();
    token_ = move.receipt().lsn;
    path_ = exports::file_path(id_, token_, job_.format);
    renewed_ = parts_.clock.monotonic();
    parts_.agenda.note({exports::export_job_kind, id_},
                       exports::due_at(move.standing(), parts_.life), parts_.lane.lane().now());
    stage_ = Stage::open;
}

/// A claim that the store could not do leaves a queued job in no queue. One of which nobody knows
/// may have made it a running job without a worker, whose lease has to end.
void ExportAttempt::look_again_unless_declined(store::Status status) {
    if (status == store::Status::declined) {
        return;  // whoever moved the job has noted what comes next
    }
    const WallTime now = parts_.lane.lane().now();
    const Milliseconds pause = status == store::Status::exhausted ? claim_pause : parts_.life.lease;
    parts_.agenda.note({exports::export_job_kind, id_}, now + pause, now);
}

void ExportAttempt::open() {
    const std::string set_path =
        set_ ? exports::set_path(job_.context, set_->upload) : std::string(exports::empty_set_path);
    auto run = exports::ReportRun::start(
        parts_.disk, set_path, {job_.report, job_.format, job_.filter}, path_ + ".groups.tmp");
    if (run.has_error() && run.error().code == boost::system::errc::no_such_file_or_directory &&
        is_set_replaced()) {
        // Its file is gone: to be claimed anew, with the new set.
        release();
        return;
    }
    if (run.has_error()) {
        fail(run.error().what);
        return;
    }
    run_ = std::move(*run);
    auto file = parts_.disk.open(temporary_path(), {world::Open::truncate, false});
    if (file.has_error()) {
        fail("the export file cannot be made: " + file.error().message());
        return;
    }
    file_ = std::move(*file);
    stage_ = Stage::rows;
}

bool ExportAttempt::is_set_replaced() {
    bool replaced = false;
    parts_.lane.lane().read(
        {exports::context_kind, job_.context}, [&](const store::RecordView& record) {
            const result<exports::Context> context = exports::decode_context(record.value);
            replaced = context && context->set != set_;
        });
    return replaced;
}

void ExportAttempt::write_rows(std::size_t rows) {
    if (!is_still_ours()) {
        abandon();
        return;
    }
    piece_.clear();
    const auto stepped = run_->step(rows, piece_);
    if (stepped.has_error()) {
        fail(stepped.error().what);
        return;
    }
    digest_.update(as_byte_span(piece_));
    if (auto written = file_->write_at(bytes_written_, as_byte_span(piece_)); written.has_error()) {
        fail("the export file cannot be written: " + written.error().message());
        return;
    }
    bytes_written_ += piece_.size();
    if (*stepped == exports::ReportRun::Step::done) {
        stage_ = Stage::place;
        return;
    }
    rows_taken_ += rows;
    if (bytes_written_ - bytes_synced_ < bytes_between_syncs || sync_file()) {
        renew_if_due();
    }
}

/// False, and the attempt is going to fail, if the disk has failed.
bool ExportAttempt::sync_file() {
    if (auto synced = file_->sync(); synced.has_error()) {
        fail("the export file cannot be synced: " + synced.error().message());
        return false;
    }
    bytes_synced_ = bytes_written_;
    return true;
}

bool ExportAttempt::idle() {
    if (!is_still_ours()) {
        abandon();
        return false;
    }
    renew_if_due();
    return stage_ != Stage::ended;
}

void ExportAttempt::renew_if_due() {
    const Milliseconds interval = std::min(renewal_interval_max, parts_.life.lease / 3);
    if (parts_.clock.monotonic() - renewed_ >= interval) {
        renew();
    }
}

void ExportAttempt::renew() {
    exports::Request request;
    request.ask = exports::Ask::progress;
    request.records_written = records_written();
    if (move(request)) {
        renewed_ = parts_.clock.monotonic();
    }
}

/// The file is whole and in place, durably, before the log says so.
void ExportAttempt::place() {
    if (!sync_file()) {
        return;
    }
    if (auto renamed = parts_.disk.rename(temporary_path(), path_); renamed.has_error()) {
        fail("the export file cannot be named: " + renamed.error().message());
        return;
    }
    is_placed_ = true;
    if (auto synced = parts_.disk.sync_directory(exports::export_directory); synced.has_error()) {
        fail("the export file's name cannot be synced: " + synced.error().message());
        return;
    }
    stage_ = Stage::succeed;
}

void ExportAttempt::succeed() {
    exports::Request request;
    request.ask = exports::Ask::succeed;
    request.records_written = records_written();
    request.bytes_written = bytes_written_;
    request.sha256 = digest_.finish();
    if (move(request)) {
        stage_ = Stage::ended;  // the file is the job's now
    }
}

void ExportAttempt::fail(const std::string& what) {
    error_ = std::string(cut_at_character(what, exports::error_text_bytes_max));
    stage_ = Stage::fail;
}

void ExportAttempt::report_failure() {
    exports::Request request;
    request.ask = exports::Ask::fail;
    request.error = error_;
    if (move(request)) {
        abandon();
    }
}

void ExportAttempt::release() {
    if (token_ != 0 && stage_ != Stage::ended) {
        exports::Request request;
        request.ask = exports::Ask::release;
        if (move(request)) {
            wants_requeue_ = true;
        }
    }
    abandon();
}

bool ExportAttempt::move(exports::Request request) {
    request.token = token_;
    ExportMove move(id_, request, parts_.life,
                    ExportEvent::of(parts_.lane.lane(), job_.tenant, id_, request.ask));
    parts_.lane.run(move);
    if (move.applied()) {
        move.event().tell(parts_.events);
        parts_.agenda.note({exports::export_job_kind, id_},
                           exports::due_at(move.standing(), parts_.life), parts_.lane.lane().now());
        return true;
    }
    const bool is_unknown = move.receipt().status == store::Status::unknown ||
                            move.receipt().status == store::Status::stopped;
    if (request.ask == exports::Ask::succeed && is_unknown) {
        // Nobody knows whether the log has it: the file stays, and the next start decides.
        stage_ = Stage::ended;
        return false;
    }
    abandon();
    return false;
}

bool ExportAttempt::is_still_ours() {
    bool ours = false;
    parts_.lane.lane().read({exports::export_job_kind, id_}, [&](const store::RecordView& record) {
        const result<exports::Job> job = exports::decode_job(record.value);
        ours = job && job->phase == exports::Phase::running &&
               exports::fencing_token(*job, record.lsn) == token_;
    });
    return ours;
}

/// Only this attempt's own names are removed: they carry its claim.
void ExportAttempt::abandon() {
    if (file_) {
        file_.reset();
        // A file that cannot be removed is an orphan, and goes at the next start.
        (void)parts_.disk.remove(is_placed_ ? path_ : temporary_path());
    }
    run_.reset();
    stage_ = Stage::ended;
}

std::string ExportAttempt::temporary_path() const {
    return path_ + ".tmp";
}

}  // namespace belay::http
