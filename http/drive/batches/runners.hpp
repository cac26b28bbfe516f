// Runs batch jobs (design 7): all of a process, side by side on one shard.
//
// Whoever has something for a job tells the inbox its id: an upload in place, a cancel, a lease
// that has ended. What there is to be done the job's record says, and it says so before every row
// that is sent: after a cancel has been answered no further row is begun, whether anybody told of
// it or not. A job that another process left behind is claimed when its lease has ended, and gone
// on with at its last durable row.
//
// Jobs that run share the rows that may be under way evenly; a job may always have its share,
// whatever others have, so that one whose rows are slow holds up nobody. Jobs that are being
// canceled, or whose time is over, wait for nobody: what is left to do for them is little.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "core/batches/decide.hpp"
#include "core/run/event.hpp"
#include "core/run/gate.hpp"
#include "core/run/shard.hpp"
#include "core/run/turn.hpp"
#include "core/work/agenda.hpp"
#include "core/world/disk.hpp"
#include "http/drive/background.hpp"
#include "http/drive/batches/endpoints.hpp"
#include "http/drive/batches/inbox.hpp"
#include "http/drive/batches/row_target.hpp"
#include "http/drive/event_feed.hpp"
#include "store/store.hpp"

namespace belay::batch_drive {

struct RunnerSettings {
    batches::LifeSettings life;
    /// Of a job that does not say; 0: as fast as it goes.
    std::uint64_t rows_per_second = 0;
    /// Rows that are under way at once, of all jobs; each has at least one.
    std::size_t max_in_flight = 64;
    /// Jobs that are run at once; so many again may be on their way out of a cancel.
    std::size_t jobs_max = 16;
    /// What is durable of a job's work is at most so old, while the disk is as fast.
    Milliseconds progress_interval{200};
    /// So long a job's files may fail to be read or written before the job fails. (A full disk may
    /// be given room.)
    Milliseconds disk_patience = std::chrono::minutes(5);
};

/// What jobs are run with; everything outlives the runners.
struct RunnerParts {
    run::Shard& shard;
    store::Lane& lane;  ///< the shard's
    world::Disk& disk;
    /// For files.
    http::Background& background;
    const Endpoints& endpoints;
    RowTarget& in_process;
    /// Null without an upstream.
    RowTarget* upstream = nullptr;
    Inbox& inbox;
    http::EventFeed& events;
    work::Agenda& agenda;
};

class JobRun;

/// What is counted of all jobs together; any thread may read it.
struct RunnerCounts {
    // Relaxed: for the metrics.
    std::atomic<std::uint64_t> rows_sent{0};
    std::atomic<std::uint64_t> rows_succeeded{0};
    std::atomic<std::uint64_t> rows_failed{0};
    std::atomic<std::uint64_t> rows_in_flight{0};
    std::atomic<std::uint64_t> jobs_running{0};
    std::atomic<std::uint64_t> jobs_waiting{0};
};

class Runners final : private run::Turn {
  public:
    /// Before the shard runs.
    Runners(const RunnerParts& parts, const RunnerSettings& settings);
    /// stop() has been called and has called back.
    ~Runners();
    Runners(const Runners&) = delete;
    Runners& operator=(const Runners&) = delete;

    // On the shard's thread.

    /// Once. Looks through the store first.
    void start();

    /// Begins nothing new and calls `when_idle` when nothing is under way. Rows that were sent are
    /// awaited: to end them sooner stop what they are sent with (client::Client::stop) right after
    /// this; those are then sent again by the next process. Each job is given back, so that the
    /// next process need not wait for its lease.
    void stop(std::function<void()> when_idle);

    /// Any thread.
    const RunnerCounts& counts() const noexcept { return counts_; }

  private:
    /// What a job needs of the runner next.
    enum class Need : std::uint8_t { nothing, to_run, to_end };

    struct Queue {
        std::deque<job::Uuid> waiting;
        std::set<job::Uuid> queued;  ///< the same
        std::size_t running = 0;
    };

    // run::Turn
    void end_turn() noexcept override;
    /// Once stopping, what comes is the next process's, and keeps nobody awake.
    bool about_to_block() noexcept override {
        return is_stopping_ || parts_.inbox.about_to_sleep();
    }
    void woke() noexcept override { parts_.inbox.woke(); }

    run::task<> work();
    run::task<> run_job(job::Uuid id, Queue& queue);

    void survey();
    void learn(const job::Uuid& id);
    void enqueue(const job::Uuid& id, Need need);
    Need need_of(const job::Uuid& id);
    Need need_of(const job::Uuid& id, const store::RecordView& record);
    void begin_jobs(Queue& queue);
    void note_counts() noexcept;

    const RunnerParts parts_;
    const RunnerSettings settings_;
    run::Gate gate_;
    run::Event work_;
    Queue to_run_;
    Queue to_end_;
    std::map<job::Uuid, std::unique_ptr<JobRun>> jobs_;
    RunnerCounts counts_;
    /// So many rows a job may have under way now.
    std::size_t share_;
    bool is_stopping_ = false;
};

}  // namespace belay::batch_drive
