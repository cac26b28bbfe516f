// One attempt of a worker at an export job, step by step: claim, open the set, write rows, put the
// file in place, report. Between any two steps anything may happen to the job; what the attempt may
// do is decided by its claim alone (design 7).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "auth/digest.hpp"
#include "core/exports/decide.hpp"
#include "core/exports/report.hpp"
#include "core/work/agenda.hpp"
#include "core/world/clock.hpp"
#include "core/world/disk.hpp"
#include "http/drive/export_move.hpp"
#include "store/blocking_lane.hpp"

namespace belay::http {

/// What attempts work with; everything outlives them.
struct ExportParts {
    store::BlockingLane& lane;
    world::Disk& disk;
    const world::Clock& clock;
    work::Agenda& agenda;
    const exports::LifeSettings& life;
    EventFeed& events;
};

/// Not thread-safe; blocks on disk and log.
class ExportAttempt {
  public:
    /// The most rows between two looks at whether the job is still this attempt's.
    static constexpr std::size_t rows_max = 1000;

    /// What the next step does.
    enum class Stage : std::uint8_t { claim, open, rows, place, succeed, fail, ended };

    ExportAttempt(const ExportParts& parts, const job::Uuid& id) : parts_(parts), id_(id) {}
    /// Removes a file that was not finished.
    ~ExportAttempt();
    ExportAttempt(const ExportAttempt&) = delete;
    ExportAttempt& operator=(const ExportAttempt&) = delete;

    /// The next step; of rows at most `rows`. False when the attempt has ended.
    bool step(std::size_t rows = rows_max);

    /// Gives the job back: the process is going to stop. No failed attempt.
    void release();

    Stage stage() const noexcept { return stage_; }

    /// Whether rows are written by the next step, so that a pace applies.
    bool is_writing() const noexcept { return stage_ == Stage::rows; }

    std::uint64_t records_written() const noexcept { return run_ ? run_->records_written() : 0; }

    /// Rows that steps were allowed so far.
    std::uint64_t rows_taken() const noexcept { return rows_taken_; }

    /// In place of a step while a pace forbids rows: notices a cancel, renews the lease. False when
    /// the attempt has ended.
    bool idle();

    /// After the end: the job is queued and may be claimed at once.
    bool wants_requeue() const noexcept { return wants_requeue_; }

    /// Whether the job is still this attempt's, as far as the durable log tells.
    bool is_still_ours();

  private:
    void claim();
    void look_again_unless_declined(store::Status status);
    void open();
    /// Whether an upload has replaced the set since the claim. (It removes the old file only after
    /// that is durable.)
    bool is_set_replaced();
    void write_rows(std::size_t rows);
    bool sync_file();
    void place();
    void succeed();
    void report_failure();
    void fail(const std::string& what);
    void abandon();
    void renew();
    void renew_if_due();
    /// Runs the move; false, and the attempt abandoned, if the job is no longer this attempt's.
    bool move(exports::Request request);
    std::string temporary_path() const;

    const ExportParts parts_;
    const job::Uuid id_;
    Stage stage_ = Stage::claim;
    exports::Job job_;
    std::optional<exports::TransactionSet> set_;
    job::Lsn token_ = 0;
    std::string path_;
    std::unique_ptr<exports::ReportRun> run_;
    std::unique_ptr<world::File> file_;
    bool is_placed_ = false;
    std::uint64_t rows_taken_ = 0;
    std::uint64_t bytes_written_ = 0;
    std::uint64_t bytes_synced_ = 0;
    auth::Sha256 digest_;
    std::string piece_;
    world::MonotonicTime renewed_{};
    std::string error_;
    bool wants_requeue_ = false;
};

}  // namespace belay::http
