// One batch job, run by one runner under one claim: validation, rows, cancel, end (design 7).
//
// A row is not begun, then sent, then ended. Before each send, with no suspension in between, the
// job's record is read: a row is sent only while it says in_progress under this very claim. Rows
// that have ended stand in the output file and, some 200 ms later, in the record that counts them;
// what of that a crash takes back is sent again under the same key.
//
// After a cancel, or when its time is up, nothing is sent any more: rows under way are awaited, and
// those of which it is not known what they came to are settled by the target. At a stop of the
// process they are left as they are, and the next process goes on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/batches/job.hpp"
#include "core/batches/pace.hpp"
#include "core/batches/window.hpp"
#include "core/run/event.hpp"
#include "core/run/gate.hpp"
#include "http/drive/batches/input_check.hpp"
#include "http/drive/batches/input_rows.hpp"
#include "http/drive/batches/output_file.hpp"
#include "http/drive/batches/row_target.hpp"
#include "http/drive/batches/runners.hpp"

namespace belay::batch_drive {

/// A row whose answer may be lost is not sent again after so long: it is settled. With that, what
/// was sent before a job stood still was sent at most so long before.
inline constexpr Milliseconds row_under_way_max = std::chrono::hours(1);

/// On the shard's thread alone.
class JobRun {
  public:
    /// What all jobs share; everything outlives it.
    struct House {
        const RunnerParts& parts;
        const RunnerSettings& settings;
        run::Gate& gate;
        RunnerCounts& counts;
        /// So many rows may be under way now.
        const std::size_t& share;
    };

    JobRun(const House& house, const job::Uuid& id);
    ~JobRun();
    JobRun(const JobRun&) = delete;
    JobRun& operator=(const JobRun&) = delete;

    /// Claims the job, and works on it until it has ended or is another's. Once.
    run::task<> run();

    /// The record may have changed.
    void look_soon() noexcept { news_.set(); }

    /// Begins nothing new, and gives the job back when no row is under way.
    void stop() noexcept {
        is_stopping_ = true;
        news_.set();
    }

  private:
    /// What may be done with rows now.
    enum class Mode : std::uint8_t {
        sending,
        settling,  ///< nothing is sent; what was sent comes to its end
        leaving,   ///< nothing is begun
    };

    /// How far the rows are when nothing is under way any more.
    enum class Work : std::uint8_t {
        left,     ///< there are rows that a later run must see to
        settled,  ///< those that were sent have ended
        done,     ///< all have ended
    };

    /// What an ask has come to.
    enum class Came : std::uint8_t {
        applied,
        declined,  ///< the record says why
        later,     ///< the store could not, or does not know: ask again
        never,     ///< the store is stopping
    };

    /// A file that cannot be read or written.
    struct Trouble {
        std::optional<world::MonotonicTime> since;
        /// When it is tried again.
        std::optional<world::MonotonicTime> again_at;
    };

    struct RowRun;
    using RowRunPtr = std::unique_ptr<RowRun>;
    class Move;
    class Nap;

    class Tick final : public run::Deadline {
      public:
        explicit Tick(JobRun& job) noexcept : job_(job) {}

      private:
        void expired() override { job_.news_.set(); }
        JobRun& job_;
    };

    // The life of the job: job_run.cpp, job_end.cpp.

    run::task<bool> claim();
    void take_up(const batches::Job& job, WallTime stood_since);
    void look();
    bool is_interrupted() noexcept;
    run::task<Came> ask(batches::Request request);
    run::task<> work();
    run::task<> validate();
    run::task<bool> check_input(InputCheck& check);
    run::task<> pass(std::uint64_t rows);
    run::task<> conclude();
    run::task<> write_rest();
    batches::Request last_request() const;
    run::task<> let_go();
    run::task<> nap();
    void fail(std::string_view why);
    /// Of a file. False: it has been so for too long, or for ever, and the job has failed.
    bool is_to_be_borne(Trouble& trouble, const boost::system::error_code& error,
                        std::string_view what);

    // Its rows: job_rows.cpp, job_books.cpp.

    run::task<> run_rows();
    Mode mode() const noexcept;
    void begin_rows();
    bool begin_row();
    bool may_take_input() const noexcept;
    bool take_input();
    RowRunPtr take_waiting();
    void begin(RowRunPtr row);
    run::task<> send(RowRunPtr row);
    run::task<> settle(RowRunPtr row);
    void put_off(RowRunPtr row, Milliseconds wait);
    void record(const RowRun& row, const RowAnswer& answer);
    void count(bool has_succeeded) noexcept;
    void settle_what_waits();
    void keep_books();
    bool is_flush_due() const;
    std::uint64_t wanted_sent_until() const noexcept;
    batches::Progress progress() const;
    run::task<> read_ahead();
    run::task<> flush();
    void open_input(InputPlace place);
    void look_at_input_error();
    std::optional<Work> outcome() const;
    void arm_tick();
    world::MonotonicTime now() const noexcept;

    const House house_;
    const job::Uuid id_;
    run::DeadlineClass& short_ticks_;
    run::DeadlineClass& middle_ticks_;
    run::DeadlineClass& long_ticks_;
    run::DeadlineClass& naps_;
    Tick tick_{*this};
    run::Event news_;

    // Of the job; the same as long as it is ours.
    std::string path_;
    std::string job_name_;
    RowsOf rows_of_;
    RowTarget* target_ = nullptr;
    InputFile input_file_;
    job::Uuid upload_;
    job::TenantId tenant_;
    bool is_live_ = true;
    bool skips_validation_ = false;
    WallTime time_is_up_at_{};
    job::Lsn token_ = 0;
    /// Rows of an earlier process were sent first at this time or later.
    WallTime inherited_since_{};
    std::uint64_t inherited_until_ = 0;  ///< rows below it may have been sent by one

    // Of the record.
    job::Lsn seen_ = 0;
    batches::Phase phase_ = batches::Phase::absent;
    bool is_ours_ = false;
    batches::Progress durable_;

    // What it has come to.
    bool is_stopping_ = false;
    bool is_time_up_ = false;
    bool is_refused_ = false;
    bool is_output_lost_ = false;
    std::string failure_;  ///< why the job fails, if it does
    Work work_ = Work::left;

    // Rows.
    batches::Window window_;
    batches::Pace pace_{0};
    std::unique_ptr<InputRows> input_;  ///< not to be looked at while it reads
    InputPlace place_;                  ///< behind the last row that it gave
    std::unique_ptr<OutputFile> output_;
    std::vector<RowRunPtr> waiting_;  ///< a heap, the earliest first
    batches::Progress counted_;       ///< counts of rows that have ended, durable or not
    std::size_t in_flight_ = 0;
    std::size_t bytes_under_way_ = 0;
    std::uint64_t ended_unflushed_ = 0;
    std::uint64_t begun_ = 0;
    std::uint64_t begun_at_flush_ = 0;
    std::uint64_t stride_ = 0;
    bool is_settling_ = false;
    bool is_reading_ = false;
    bool is_flushing_ = false;
    bool has_more_ = false;
    world::MonotonicTime flushed_at_{};
    world::MonotonicTime renewed_at_{};
    /// A store that could not is not asked again before.
    std::optional<world::MonotonicTime> not_before_;
    Trouble reading_;
    Trouble writing_;
    std::string text_;
};

}  // namespace belay::batch_drive
