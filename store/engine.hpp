// What all lanes of a store share: tables, ring, log, and who is to be woken. Private to store/.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "store/log/log_thread.hpp"
#include "store/log/log_writer.hpp"
#include "store/log/recover.hpp"
#include "store/log/ring.hpp"
#include "store/log/segment_supply.hpp"
#include "store/log/snapshots.hpp"
#include "store/settlement.hpp"
#include "store/store.hpp"
#include "store/store_time.hpp"
#include "store/table/epochs.hpp"
#include "store/table/idempotency_table.hpp"
#include "store/table/ordered_index.hpp"
#include "store/table/pool.hpp"
#include "store/table/record_table.hpp"

namespace belay::store {

/// How a sleeping lane is woken. `wanted` and Engine's D are a store-then-load pair (design 5): the
/// lane stores what it waits for and then reads D, the log thread stores D and then reads what is
/// waited for, all four seq_cst; so at least one of them sees the other.
struct LaneSignal {
    explicit LaneSignal(Waker& waker_) noexcept : waker(waker_) {}

    Waker& waker;
    /// The lane sleeps until D is above this; 0: it is awake, or waits for nothing durable.
    std::atomic<Lsn> wanted{0};
    /// The lane sleeps until there is room in the ring.
    std::atomic<bool> wants_room{false};
};

class Engine final : public LogListener {
  public:
    static explained<std::unique_ptr<Engine>> open(world::Disk& disk, const world::Clock& clock,
                                                   world::Entropy& entropy, Schema schema,
                                                   const Settings& settings,
                                                   FailureListener& listener);
    ~Engine() override;

    // Fixed after construction.
    world::Disk& disk;
    const world::Clock& clock;
    const Schema schema;
    const Settings settings;
    FailureListener& failure_listener;

    // Each brings its own synchronization. The order matters: the epochs free into the tables and
    // the pool.
    Pool pool;
    RecordTable records;
    IdempotencyTable keys;
    OrderedIndex index;
    Epochs epochs;

    /// D. seq_cst, for the sake of LaneSignal.
    Lsn durable() const noexcept { return writer_->durable_lsn(); }

    bool has_failed() const noexcept { return failed_.load(std::memory_order_acquire); }

    /// The time that is stored: never before any time given to a transition, here or before a
    /// restart, and at the pace of the monotonic clock.
    WallTime now() noexcept { return time_.now(); }

    /// Whether an operation of this importance may take more memory and log.
    bool has_capacity(Importance importance) const noexcept;

    /// Bytes of the ring that are to stay free behind an operation of this importance.
    std::uint64_t ring_reserve(Importance importance) const noexcept;

    Ring& ring() noexcept { return *ring_; }
    LogWriter& writer() noexcept { return *writer_; }

    /// Something was published: the log thread is to look.
    void ring_doorbell() noexcept;

    /// A number for a lane's own generator of index heights.
    std::uint64_t next_seed() noexcept;

    void add_lane(LaneSignal& signal);
    void remove_lane(LaneSignal& signal);

    /// A lane has gone before what it published was durable: the housekeeper (or pump) settles it
    /// when it is. If it never is, because the log has failed or the store goes down as after a
    /// kill, readers see what was to be replaced to the end.
    void inherit(const Settlement& settlement);

    explained<void> write_snapshot();
    std::uint64_t state_hash();
    explained<void> close();
    void pump();
    const RecoveryReport& report() const noexcept { return report_; }
    Statistics statistics() const;
    /// Relaxed, as has_capacity.
    bool is_full() const noexcept { return full_.load(std::memory_order_relaxed); }

    // LogListener, on the log thread.
    void durable(Lsn durable_lsn) noexcept override;
    void space_freed() noexcept override;
    void failed(boost::system::error_code error) noexcept override;

  private:
    Engine(world::Disk& disk, const world::Clock& clock, world::Entropy& entropy, Schema schema,
           const Settings& settings, FailureListener& listener);

    explained<void> recover(world::Entropy& entropy, SnapshotCheck check);
    explained<void> start(world::Entropy& entropy, RecoveredLog recovered);
    explained<void> let_go_of_segments();
    void keep_house();
    void keep_snapshots();
    void settle_inherited();
    std::uint64_t growth_bytes();
    void look_at_limits();
    void look_at_flushes();
    bool snapshot_is_due() const;
    std::uint64_t memory_bytes() const noexcept;
    std::int64_t monotonic() const;

    std::unique_ptr<world::Lock> lock_;
    RecoveryReport report_;
    bool snapshot_is_bad_ = false;  ///< what ended recover(), before it wrote anything

    std::unique_ptr<Ring> ring_;
    std::unique_ptr<SegmentSupply> supply_;
    std::unique_ptr<LogWriter> writer_;
    std::unique_ptr<LogThread> thread_;

    std::atomic<bool> failed_{false};
    StoreTime time_;
    std::atomic<std::uint64_t> seed_;

    // Limits, looked at now and then; relaxed, since a moment's difference is what the reserve is
    // for.
    std::atomic<bool> full_{false};
    std::atomic<bool> exhausted_{false};
    std::atomic<bool> degraded_{false};
    std::atomic<std::uint64_t> snapshots_{0};

    // Protected by lanes_mutex_, which the log thread takes once a flush and a lane when it opens
    // and closes.
    std::mutex lanes_mutex_;
    std::array<LaneSignal*, limits::lanes_max> lanes_{};
    std::size_t lane_count_ = 0;
    std::vector<Settlement> inherited_;

    // One snapshot at a time.
    std::mutex snapshot_mutex_;
    // Of the newest snapshot; written under snapshot_mutex_. Relaxed: hints of when the next is
    // due.
    std::atomic<Lsn> snapshot_start_{0};
    std::atomic<std::uint64_t> snapshot_bytes_{0};  ///< 0 until this process has written one
    std::atomic<std::int64_t> snapshot_at_nanoseconds_{0};

    // The housekeeper, and the writer of snapshots: a snapshot takes as long as the disk does, and
    // the limits are looked at all the same. Protected by house_mutex_.
    std::mutex house_mutex_;
    std::condition_variable house_condition_;
    bool house_stopping_ = false;
    std::thread house_;
    std::thread snapshot_writer_;

    // The housekeeper's own.
    std::uint64_t groups_seen_ = 0;
    std::int64_t progress_at_nanoseconds_ = 0;

    // The snapshot writer's own.
    std::int64_t snapshot_not_before_nanoseconds_ = 0;
};

}  // namespace belay::store
