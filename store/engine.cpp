#include "store/engine.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "store/lane_state.hpp"
#include "store/loader.hpp"
#include "store/log/snapshot.hpp"
#include "store/log/snapshots.hpp"

namespace belay::store {
namespace {

constexpr std::size_t table_slots_at_start = 4096;
constexpr std::uint64_t reserve_divisor = 16;  ///< of the memory limit, kept for essential work
constexpr std::chrono::milliseconds house_interval(50);
constexpr std::int64_t degraded_after_nanoseconds = 1'000'000'000;

/// A start replays what the log holds above the last snapshot; so much of it asks for the next one.
constexpr std::uint64_t log_bytes_between_snapshots = 256ULL << 20;

/// How many threads may be between admission and reserving.
std::size_t lanes_of(std::uint64_t ring_bytes) {
    return std::min<std::size_t>(limits::lanes_max, ring_bytes / (4 * limits::frame_bytes_max));
}

}  // namespace

Engine::Engine(world::Disk& disk_, const world::Clock& clock_, world::Entropy& entropy,
               Schema schema_, const Settings& settings_, FailureListener& listener)
    : disk(disk_),
      clock(clock_),
      schema(std::move(schema_)),
      settings(settings_),
      failure_listener(listener),
      records(pool, entropy.number(), table_slots_at_start),
      keys(pool, entropy.number(), table_slots_at_start),
      index(pool),
      epochs(pool),
      seed_(entropy.number()) {}

Engine::~Engine() {
    if (house_.joinable()) {
        {
            const std::lock_guard guard(house_mutex_);
            house_stopping_ = true;
        }
        house_condition_.notify_one();
        house_.join();
    }
    check(lane_count_ == 0, "every lane is closed before its store");
    PoolLane lane(pool);
    for (const Version* version : unsettled_) {
        Version::destroy(lane, version);
    }
}

void Engine::inherit(const Version* replaced) {
    const std::lock_guard guard(lanes_mutex_);
    unsettled_.push_back(replaced);
}

explained<std::unique_ptr<Engine>> Engine::open(world::Disk& disk, const world::Clock& clock,
                                                world::Entropy& entropy, Schema schema,
                                                const Settings& settings,
                                                FailureListener& listener) {
    std::unique_ptr<Engine> engine(
        new Engine(disk, clock, entropy, std::move(schema), settings, listener));
    const world::MonotonicTime begin = clock.monotonic();
    auto lock = disk.lock("lock");
    if (lock.has_error()) {
        return failure(lock.error(),
                       "the data directory cannot be locked: " + lock.error().message());
    }
    engine->lock_ = std::move(*lock);
    if (auto recovered = engine->recover(entropy); recovered.has_error()) {
        return recovered.error();
    }
    engine->report_.took = clock.monotonic() - begin;
    return engine;
}

explained<void> Engine::recover(world::Entropy& entropy) {
    auto recovery = LogRecovery::begin(disk, settings.data_directory);
    if (recovery.has_error()) {
        return recovery.error();
    }
    const auto covers = [&](Lsn start) { return recovery->covers(start); };
    const auto choice = choose_snapshot(disk, covers, settings.data_directory);
    if (choice.has_error()) {
        return choice.error();
    }
    Loader loader(*this);
    Lsn named_durable = 0;
    if (!choice->path.empty()) {
        const auto apply = [&](Lsn lsn, const Fact& fact) {
            return loader.apply_snapshot_entry(lsn, fact);
        };
        if (auto read = read_snapshot(disk, choice->path, apply); read.has_error()) {
            return read.error();
        }
        named_durable = std::max(choice->info.start_lsn, choice->info.highest_lsn + 1);
    }
    const auto replayed =
        recovery->replay(choice->info.start_lsn, named_durable,
                         [&](ReplayedFrame& frame) { return loader.apply_frame(frame); });
    if (replayed.has_error()) {
        return replayed.error();
    }
    if (auto finished = loader.finish(); finished.has_error()) {
        return finished.error();
    }
    const WallTime latest = std::max({loader.latest_time(), replayed->time_max, choice->info.time});
    time_high_water_.store(latest.time_since_epoch().count(), std::memory_order_relaxed);
    snapshot_start_.store(choice->info.start_lsn, std::memory_order_relaxed);

    report_.frames_replayed = replayed->frames;
    report_.cut_bytes = replayed->cut_bytes;
    report_.cut_file = replayed->cut_file;
    report_.cut_offset = replayed->cut_offset;
    report_.warning = choice->warning;
    report_.records = records.size();
    report_.keys = keys.size();

    LogOptions options;
    options.segment_bytes = settings.segment_bytes;
    auto recovered = recovery->finish(entropy, options);
    if (recovered.has_error()) {
        return recovered.error();
    }
    report_.direct = recovered->current.direct;
    return start(entropy, std::move(*recovered));
}

explained<void> Engine::start(world::Entropy& entropy, RecoveredLog recovered) {
    LogOptions options;
    options.segment_bytes = settings.segment_bytes;
    auto ring =
        Ring::make(settings.ring_bytes, lanes_of(settings.ring_bytes), recovered.position.next_lsn);
    if (ring.has_error()) {
        return failure(ring.error(), "store.ring_bytes must be a power of two of at least 4MiB");
    }
    ring_ = std::move(*ring);
    supply_ = std::make_unique<SegmentSupply>(disk, entropy, settings.segment_bytes, options.direct,
                                              recovered.position.segment.number,
                                              recovered.next_number, std::move(recovered.sealed));
    if (auto refilled = supply_->refill(); refilled.has_error()) {
        return failure(refilled.error(), "the next segment of the log cannot be prepared: " +
                                             refilled.error().message());
    }
    writer_ = std::make_unique<LogWriter>(clock, *ring_, *supply_, *this, options,
                                          recovered.position, std::move(recovered.current));
    snapshot_at_nanoseconds_.store(monotonic(), std::memory_order_relaxed);
    if (!settings.single_threaded) {
        thread_ = std::make_unique<LogThread>(*writer_, *supply_, clock, options.nice);
        house_ = std::thread([this] { keep_house(); });
    }
    return {};
}

std::int64_t Engine::monotonic() const {
    return clock.monotonic().time_since_epoch().count();
}

WallTime Engine::now() noexcept {
    const std::int64_t wall = clock.wall().time_since_epoch().count();
    std::int64_t known = time_high_water_.load(std::memory_order_relaxed);
    while (known < wall &&
           !time_high_water_.compare_exchange_weak(known, wall, std::memory_order_relaxed)) {
    }
    return WallTime(Milliseconds(std::max(known, wall)));
}

bool Engine::has_capacity(Importance importance) const noexcept {
    const std::atomic<bool>& limit = importance == Importance::create ? full_ : exhausted_;
    return !limit.load(std::memory_order_relaxed);
}

void Engine::ring_doorbell() noexcept {
    if (thread_) {
        thread_->ring();
    }
}

std::uint64_t Engine::next_seed() noexcept {
    return seed_.fetch_add(0x9e3779b97f4a7c15ULL, std::memory_order_relaxed);
}

void Engine::add_lane(LaneSignal& signal) {
    const std::lock_guard guard(lanes_mutex_);
    check(lane_count_ < lanes_of(settings.ring_bytes), "the ring is large enough for the lanes");
    lanes_[lane_count_++] = &signal;
}

void Engine::remove_lane(LaneSignal& signal) {
    const std::lock_guard guard(lanes_mutex_);
    LaneSignal** end = lanes_.data() + lane_count_;
    LaneSignal** found = std::find(lanes_.data(), end, &signal);
    check(found != end, "a lane that closes was open");
    *found = lanes_[--lane_count_];
}

void Engine::durable(Lsn durable_lsn) noexcept {
    const std::lock_guard guard(lanes_mutex_);
    for (std::size_t at = 0; at < lane_count_; ++at) {
        LaneSignal& lane = *lanes_[at];
        // seq_cst, with LaneState::about_to_sleep; the exchange makes one wake of one sleep.
        const Lsn wanted = lane.wanted.load(std::memory_order_seq_cst);
        if (wanted != 0 && wanted < durable_lsn &&
            lane.wanted.exchange(0, std::memory_order_seq_cst) != 0) {
            lane.waker.wake();
        }
    }
}

void Engine::space_freed() noexcept {
    const std::lock_guard guard(lanes_mutex_);
    for (std::size_t at = 0; at < lane_count_; ++at) {
        if (lanes_[at]->wants_room.exchange(false, std::memory_order_seq_cst)) {
            lanes_[at]->waker.wake();
        }
    }
}

void Engine::failed(boost::system::error_code error) noexcept {
    // Release: a lane that sees it sees nothing else of ours; the order is for the listener.
    failed_.store(true, std::memory_order_release);
    {
        const std::lock_guard guard(lanes_mutex_);
        for (std::size_t at = 0; at < lane_count_; ++at) {
            lanes_[at]->waker.wake();
        }
    }
    failure_listener.log_failed(error);
}

std::uint64_t Engine::memory_bytes() const noexcept {
    return pool.bytes_in_use() + records.slot_bytes() + keys.slot_bytes();
}

void Engine::look_at_limits() {
    const std::uint64_t used = memory_bytes();
    const std::uint64_t limit = settings.memory_bytes_max;
    full_.store(used >= limit || writer_->is_low_on_disk(), std::memory_order_relaxed);
    exhausted_.store(used >= limit + limit / reserve_divisor, std::memory_order_relaxed);
}

void Engine::look_at_flushes() {
    const std::uint64_t groups = writer_->statistics().groups.load(std::memory_order_relaxed);
    const std::int64_t now_nanoseconds = monotonic();
    if (groups != groups_seen_ || ring_->reserved() == durable()) {
        groups_seen_ = groups;
        progress_at_nanoseconds_ = now_nanoseconds;
    }
    degraded_.store(now_nanoseconds - progress_at_nanoseconds_ >= degraded_after_nanoseconds,
                    std::memory_order_relaxed);
}

bool Engine::snapshot_is_due() const {
    const Lsn logged = durable() - snapshot_start_.load(std::memory_order_relaxed);
    if (settings.snapshot_interval.count() == 0 || logged == 0) {
        return false;
    }
    const std::int64_t age = monotonic() - snapshot_at_nanoseconds_.load(std::memory_order_relaxed);
    return logged >= log_bytes_between_snapshots ||
           age >= std::chrono::nanoseconds(settings.snapshot_interval).count();
}

void Engine::keep_house() {
    progress_at_nanoseconds_ = monotonic();
    std::unique_lock guard(house_mutex_);
    while (!house_stopping_) {
        guard.unlock();
        look_at_limits();
        look_at_flushes();
        if (snapshot_is_due() && !has_failed()) {
            // A snapshot that cannot be written costs nothing but a longer start; it is tried again
            // an interval later.
            if (write_snapshot().has_error()) {
                snapshot_at_nanoseconds_.store(monotonic(), std::memory_order_relaxed);
            }
        }
        guard.lock();
        house_condition_.wait_for(guard, house_interval, [this] { return house_stopping_; });
    }
}

explained<void> Engine::write_snapshot() {
    const std::lock_guard guard(snapshot_mutex_);
    class NobodySleeps final : public Waker {
        void wake() noexcept override {}
    } waker;
    LaneState lane(*this, waker);
    SnapshotInfo info;
    info.start_lsn = durable();  // before the walk's first section
    info.time = now();
    if (info.start_lsn == snapshot_start_.load(std::memory_order_relaxed)) {
        return {};
    }
    const auto explain = [](boost::system::error_code code) {
        return failure(code, "the snapshot cannot be written: " + code.message());
    };
    auto writer = SnapshotWriter::begin(disk, info);
    if (writer.has_error()) {
        return explain(writer.error());
    }
    result<void> added;
    lane.walk_facts([&](Lsn lsn, const Fact& fact) {
        if (added.has_value()) {
            added = writer->add(lsn, fact);
        }
    });
    if (added.has_error()) {
        return explain(added.error());
    }
    const auto written = writer->finish();
    if (written.has_error()) {
        return written.error();
    }
    // Every version was read at a D of its moment, so all of them are durable by now.
    check(written->entries == 0 || written->highest_lsn < durable(),
          "a snapshot holds what is durable");
    if (auto installed = writer->install(); installed.has_error()) {
        return explain(installed.error());
    }
    snapshot_start_.store(info.start_lsn, std::memory_order_relaxed);
    snapshot_at_nanoseconds_.store(monotonic(), std::memory_order_relaxed);
    snapshots_.fetch_add(1, std::memory_order_relaxed);
    const auto needed = prune_snapshots(disk);
    if (needed.has_error()) {
        return explain(needed.error());
    }
    supply_->release_below(*needed);
    if (thread_) {
        thread_->ring_supply();
    }
    return {};
}

explained<void> Engine::close() {
    if (has_failed()) {
        return failure(Error::stopped, "the log has failed");
    }
    // What was published is flushed before the snapshot, so that the snapshot has all of it.
    pump_until_durable();
    auto snapshot = write_snapshot();
    if (thread_) {
        if (!thread_->stop()) {
            return failure(Error::stopped, "the log failed while it was being closed");
        }
    } else {
        writer_->request_stop();
        if (writer_->pump() != LogWriter::Did::finished) {
            return failure(Error::stopped, "the log failed while it was being closed");
        }
    }
    return snapshot;
}

void Engine::pump_until_durable() {
    if (!thread_) {
        pump();
        return;
    }
    ring_doorbell();
    class Sleeper final : public Waker {
      public:
        void wake() noexcept override {
            woken.store(true, std::memory_order_release);
            woken.notify_one();
        }
        std::atomic<bool> woken{false};
    } sleeper;
    LaneSignal signal(sleeper);
    add_lane(signal);
    const Lsn end = ring_->reserved();
    while (durable() < end && !has_failed()) {
        signal.wanted.store(end - 1, std::memory_order_seq_cst);
        if (durable() >= end || has_failed()) {
            break;
        }
        sleeper.woken.wait(false, std::memory_order_acquire);
        sleeper.woken.store(false, std::memory_order_relaxed);
    }
    remove_lane(signal);
}

void Engine::pump() {
    check(!thread_, "only a store without threads is pumped");
    writer_->pump();
    look_at_limits();
}

std::chrono::nanoseconds Statistics::flush_bound(std::size_t bucket) noexcept {
    return TimeHistogram::upper_bound(bucket);
}

Statistics Engine::statistics() const {
    static_assert(Statistics::flush_buckets == TimeHistogram::buckets);
    const LogStatistics& log = writer_->statistics();
    Statistics all;
    all.records = records.size();
    all.keys = keys.size();
    all.record_slots = records.slot_bytes() / sizeof(std::uint64_t);
    all.key_slots = keys.slot_bytes() / sizeof(std::uint64_t);
    all.memory_bytes = memory_bytes();
    all.memory_bytes_max = settings.memory_bytes_max;
    all.ring_bytes = ring_->capacity();
    all.ring_fill = ring_->fill();
    all.durable = durable();
    all.groups = log.groups.load(std::memory_order_relaxed);
    all.frames = log.frames.load(std::memory_order_relaxed);
    all.frame_bytes = log.frame_bytes.load(std::memory_order_relaxed);
    all.written_bytes = log.written_bytes.load(std::memory_order_relaxed);
    all.segments = supply_->file_count();
    all.snapshots = snapshots_.load(std::memory_order_relaxed);
    all.degraded = degraded_.load(std::memory_order_relaxed);
    all.full = is_full();
    all.failed = has_failed();
    for (std::size_t bucket = 0; bucket < Statistics::flush_buckets; ++bucket) {
        all.flush_counts[bucket] = log.write_times.counts[bucket].load(std::memory_order_relaxed);
    }
    all.flush_total =
        std::chrono::nanoseconds(log.write_times.total_nanoseconds.load(std::memory_order_relaxed));
    return all;
}

}  // namespace belay::store
