// Durable truth. Everything outside store/ talks to it through this header and operation.hpp:
// asynchronous verbs, values in, values out; no pointer into a table escapes a call.
//
// The way of an operation is swap, reserve, publish, durable, answer (design 4): the records' heads
// are swapped to pending versions in one fixed order, a place in the log is reserved, the frame is
// published, the log thread makes it durable, and only then done() is called.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/job/ids.hpp"
#include "core/world/clock.hpp"
#include "core/world/disk.hpp"
#include "core/world/entropy.hpp"
#include "store/operation.hpp"
#include "store/schema.hpp"
#include "store/statistics.hpp"

namespace belay::store {

struct Settings {
    /// Only for sentences to the operator: what he calls the directory that `disk` stands on.
    std::string data_directory = "DIR";
    /// A power of two. A sixteenth of it is the room for one thread's largest frame fourfold: 16
    /// MiB serve 32 lanes.
    std::uint64_t ring_bytes = 16ULL << 20;
    std::uint64_t segment_bytes = 64ULL << 20;
    /// Records, keys and their versions; creates are refused above it, the rest at 1/16 more.
    std::uint64_t memory_bytes_max = 4ULL << 30;
    /// What waits for the disk longer is told that its outcome is unknown.
    Milliseconds commit_timeout = std::chrono::seconds(5);
    /// Between two snapshots, if anything was logged; zero: only on request.
    Milliseconds snapshot_interval = std::chrono::minutes(10);
    /// Of the tables of records and keys when the store opens; a power of two. They grow by
    /// themselves.
    std::size_t table_slots_at_start = 4096;
    /// Without the log thread and the housekeeper: pump() does their work (tests, simulator). The
    /// ring's pages are then not touched before they are used.
    bool single_threaded = false;
};

/// How many lanes may be open at a time in a store with a ring of this size.
std::size_t lanes_served_by(std::uint64_t ring_bytes) noexcept;

/// The smallest ring that serves so many lanes; nullopt if no store serves so many.
std::optional<std::uint64_t> ring_bytes_for(std::size_t lanes) noexcept;

/// How the store wakes a thread that sleeps.
class Waker {
  public:
    virtual ~Waker() = default;

    /// Called from the log thread (single_threaded: from pump), also between about_to_sleep() and
    /// the sleep: a wake that comes before a sleep ends that sleep at once. Calls nothing of the
    /// store.
    virtual void wake() noexcept = 0;
};

/// Told once, from the log thread, when the log has failed: the process should end.
class FailureListener {
  public:
    virtual ~FailureListener() = default;

    virtual void log_failed(boost::system::error_code error) noexcept = 0;
};

class Engine;
class LaneState;

/// What a reader sees at one moment: every record as it was when the log had been made durable up
/// to lsn(). What is handed to the callbacks is valid until they return.
class Cut {
  public:
    virtual job::Lsn lsn() const noexcept = 0;

    /// As Lane::read and Lane::list.
    virtual bool read(const job::RecordId& id, FunctionRef<void(const RecordView&)> found) = 0;
    virtual std::optional<job::Uuid> list(
        const job::ListId& list, const std::optional<job::Uuid>& after,
        FunctionRef<bool(const job::Uuid&, const RecordView&)> each) = 0;

  protected:
    ~Cut() = default;
};

/// When a lane attempts what is submitted to it.
enum class Attempts : std::uint8_t {
    at_once,
    /// Together in end_turn(), which comes soon: cheaper by most of what memory takes to answer.
    at_end_of_turn,
};

/// One thread's way into the store. Not thread-safe: its thread alone calls it.
class Lane {
  public:
    explicit Lane(std::unique_ptr<LaneState> state);
    /// Nothing is pending (checked). What was answered `unknown` and is not durable yet, the store
    /// sees through.
    ~Lane();
    Lane(Lane&&) noexcept;
    Lane& operator=(Lane&&) = delete;

    /// Attempts the operation now, or at the end of the turn. done() may be called before this
    /// returns.
    void submit(Operation& operation);

    /// Calls done() for what has become durable or is over its time, and lets those decide again
    /// that had to wait. What waits for the disk is answered in the order in which it was decided.
    /// Cheap when nothing is due: two shared loads, and a look at the clock if something waits. Of
    /// those that have become durable it answers at most `answers_max`; is_due() says whether there
    /// are more.
    void poll(std::size_t answers_max = SIZE_MAX);

    /// Whether something has become durable that poll() would tell, or waits to decide again. Two
    /// shared loads, no look at the clock: what is over its time, only poll() finds.
    bool is_due() const noexcept;

    /// Attempts what was gathered, and tells the log thread that this turn's transitions are all
    /// published.
    void end_turn();

    /// Announces that this thread is about to sleep. False: something is due, call poll() instead.
    /// True: the Waker is called when something becomes due. Call woke() after the sleep, whatever
    /// this returned. While pending() is not 0, sleep at most 100 ms: nothing but the thread itself
    /// looks after the commit timeout.
    bool about_to_sleep();
    void woke();

    /// Operations submitted and not done.
    std::size_t pending() const noexcept;

    /// Calls `found` with the newest durable version of the record. False if there is none.
    bool read(const job::RecordId& id, FunctionRef<void(const RecordView&)> found);

    /// Calls `each` with the records of a list, newest first, beginning after (older than) `after`,
    /// until it returns false or the list ends; all as of one moment (one cut). Visits at most
    /// limits::list_scan_max entries; the last one visited if that bound ended it.
    std::optional<job::Uuid> list(const job::ListId& list, const std::optional<job::Uuid>& after,
                                  FunctionRef<bool(const job::Uuid&, const RecordView&)> each);

    /// Calls `look` with what is durable now, for several reads of one moment. As long as it runs,
    /// no memory that any version has given up is used again: it reads a few thousand records at
    /// most.
    void at_one_cut(FunctionRef<void(Cut&)> look);

    /// Calls `each` with every durable record at least once, also while records come and go, in
    /// slices that hold nothing up. `each` calls nothing of the lane.
    void walk(FunctionRef<void(const job::RecordId&, const RecordView&)> each);

    /// Calls `each` with the name and expiry of every durable key at least once, likewise.
    void walk_keys(FunctionRef<void(std::string_view name, WallTime expires)> each);

    /// The time of day as decisions see it: never before that of any transition in the log.
    WallTime now() const;

  private:
    std::unique_ptr<LaneState> state_;
};

class Store {
  public:
    /// Opens the directory `disk` stands on, recovers what is there, and is ready for lanes. A
    /// refusal names the file and the offset. `disk`, `clock`, `entropy` (the store's alone from
    /// now on) and `listener` outlive the store.
    static explained<std::unique_ptr<Store>> open(world::Disk& disk, const world::Clock& clock,
                                                  world::Entropy& entropy, Schema schema,
                                                  const Settings& settings,
                                                  FailureListener& listener);

    explicit Store(std::unique_ptr<Engine> engine);
    /// Every lane is gone. Without close() before it: as after a kill.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Open at a time: at most as many as the ring serves (checked). Thread-safe. `waker` outlives
    /// the lane.
    Lane open_lane(Waker& waker, Attempts attempts = Attempts::at_once);

    /// Writes a snapshot of what is durable now; on the calling thread. Thread-safe.
    explained<void> write_snapshot();

    /// Flushes the log, writes its footer and then the snapshot. Lanes submit nothing any more.
    /// Waits as long as the disk does; a disk without room for the footer is waited for too.
    explained<void> close();

    /// single_threaded: what the log thread would do until it had nothing to do.
    void pump();

    bool is_single_threaded() const noexcept;

    /// What recovery found and did. Thread-safe, as are the two below.
    const RecoveryReport& recovery() const noexcept;

    Statistics statistics() const;

    /// D: the first byte of the log that is not durable.
    job::Lsn durable() const noexcept;

    /// A number that tells whether two stores hold the same: every durable record and key, with the
    /// numbers, LSNs and bytes of their versions. Thread-safe; means something while nothing moves.
    std::uint64_t state_hash();

    /// Whether creates are refused for lack of memory or disk.
    bool is_full() const noexcept;

  private:
    std::unique_ptr<Engine> engine_;
};

}  // namespace belay::store
