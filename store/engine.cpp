#include "store/engine.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "store/loader.hpp"
#include "store/log/snapshot.hpp"

namespace belay::store {
namespace {

constexpr std::uint64_t ring_reserve_divisor = 8;  ///< of the ring, kept for essential work
constexpr std::size_t start_threads_max = 4;       ///< one thread reads for them all

std::size_t threads_of_a_start() {
    const std::size_t cores = std::thread::hardware_concurrency();
    return cores < 2 ? 0 : std::min(cores, start_threads_max);
}

/// How many nodes each table may be told to expect. Slots count as memory that is used, and a store
/// that was full when it stopped must not come back with less room for cancels: both are guesses
/// that are rather too low.
struct Expected {
    std::uint64_t records = 0;
    std::uint64_t keys = 0;
};

/// What a job may have written to the log by its end.
constexpr std::uint64_t log_bytes_of_job = 3200;

explained<Expected> guess_nodes(world::Disk& disk, const Inventory& inventory,
                                const std::string& snapshot) {
    if (!snapshot.empty()) {
        const auto entries = count_snapshot_entries(disk, snapshot);
        if (entries.has_error()) {
            return failure(entries.error(),
                           snapshot + ": cannot be read: " + entries.error().message());
        }
        // Where jobs are new each has its key, later fewer have.
        return Expected{.records = *entries / 2, .keys = *entries / 4};
    }
    std::uint64_t bytes = 0;
    for (const LogSegment& segment : inventory.segments) {
        bytes += segment.header.size;
    }
    // An empty segment is no sign of a job.
    const std::uint64_t jobs = inventory.segments.size() > 1 ? bytes / log_bytes_of_job : 0;
    return Expected{.records = jobs, .keys = jobs};
}

}  // namespace

Engine::Engine(world::Disk& disk_, const world::Clock& clock_, world::Entropy& entropy,
               Schema schema_, const Settings& settings_, FailureListener& listener)
    : disk(disk_),
      clock(clock_),
      schema(std::move(schema_)),
      settings(settings_),
      failure_listener(listener),
      records(pool, entropy.number(), settings_.table_slots_at_start),
      keys(pool, entropy.number(), settings_.table_slots_at_start, this->schema.vocabulary),
      index(pool),
      epochs(pool),
      time_(clock_),
      seed_(entropy.number()) {}

Engine::~Engine() {
    if (house_.joinable()) {
        {
            const std::lock_guard guard(house_mutex_);
            house_stopping_ = true;
        }
        house_condition_.notify_all();
        house_.join();
        snapshot_writer_.join();
    }
    // Before anything that its calls of durable() and failed() touch.
    thread_.reset();
    check(lane_count_ == 0, "every lane is closed before its store");
    PoolLane lane(pool);
    for (const Settlement& settlement : inherited_) {
        if (settlement.replaced != nullptr) {
            Version::destroy(lane, settlement.replaced);
        }
    }
}

explained<std::unique_ptr<Engine>> Engine::open(world::Disk& disk, const world::Clock& clock,
                                                world::Entropy& entropy, Schema schema,
                                                const Settings& settings,
                                                FailureListener& listener) {
    if (settings.segment_bytes < segment_bytes_min || settings.segment_bytes > segment_bytes_max ||
        settings.segment_bytes % limits::block_bytes != 0) {
        return failure(Error::malformed, "store.segment_bytes must be a multiple of 4KiB, from " +
                                             std::to_string(segment_bytes_min) + " to " +
                                             std::to_string(segment_bytes_max));
    }
    std::unique_ptr<Engine> engine(new Engine(disk, clock, entropy, schema, settings, listener));
    const world::MonotonicTime begin = clock.monotonic();
    auto lock = disk.lock("lock");
    if (lock.has_error()) {
        return failure(lock.error(),
                       "the data directory cannot be locked: " + lock.error().message());
    }
    engine->lock_ = std::move(*lock);
    // The newest snapshot is hardly ever bad, so it is read once, straight into the tables. If it
    // is bad, the tables go, and all begins anew with snapshots that are read before they are used.
    auto recovered = engine->recover(entropy, SnapshotCheck::none);
    if (recovered.has_error() && engine->snapshot_is_bad_) {
        auto held = std::move(engine->lock_);
        engine.reset();
        engine.reset(new Engine(disk, clock, entropy, schema, settings, listener));
        engine->lock_ = std::move(held);
        recovered = engine->recover(entropy, SnapshotCheck::whole);
    }
    if (recovered.has_error()) {
        return recovered.error();
    }
    engine->report_.took = clock.monotonic() - begin;
    return engine;
}

explained<void> Engine::recover(world::Entropy& entropy, SnapshotCheck check) {
    // A start that cannot read is refused. The log is not read ahead: what stands behind its end
    // nobody needs, and a read of it that fails must be neither refused nor overlooked. A snapshot
    // is read to its last byte. (Threads of its own are what the simulator must not have.)
    const Reading reading = settings.single_threaded ? Reading::plain : Reading::ahead;
    auto recovery = LogRecovery::begin(disk, settings.data_directory, Reading::plain);
    if (recovery.has_error()) {
        return recovery.error();
    }
    const auto covers = [&](Lsn start) { return recovery->covers(start); };
    auto choice = choose_snapshot(disk, covers, settings.data_directory, reading, check);
    if (choice.has_error()) {
        return choice.error();
    }
    const auto expected = guess_nodes(disk, recovery->inventory(), choice->path);
    if (expected.has_error()) {
        return expected.error();
    }
    Loader loader(*this, settings.single_threaded ? 0 : threads_of_a_start());
    loader.expect(expected->records, expected->keys);
    Lsn named_durable = 0;
    if (!choice->path.empty()) {
        const auto apply = [&](Lsn lsn, const Fact& fact) {
            return loader.apply_snapshot_entry(lsn, fact);
        };
        const auto read = read_snapshot(disk, choice->path, apply, reading);
        if (read.has_error()) {
            // Nothing else is tried again: a failing disk is no reason to use less than there is.
            snapshot_is_bad_ = read.error().code == Error::corrupt;
            return read.error();
        }
        choice->info = *read;
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
    time_.start(latest);
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
    // No group spans segments.
    options.group_bytes_max =
        std::min<std::size_t>(options.group_bytes_max, settings.segment_bytes);
    auto ring = Ring::make(settings.ring_bytes, lanes_served_by(settings.ring_bytes),
                           recovered.position.next_lsn,
                           settings.single_threaded ? RingPages::when_used : RingPages::touched);
    if (ring.has_error()) {
        return failure(ring.error(), "store.ring_bytes must be a power of two of at least 4MiB");
    }
    ring_ = std::move(*ring);
    supply_ = std::make_unique<SegmentSupply>(disk, entropy, settings.segment_bytes, options.direct,
                                              recovered.position.segment.number,
                                              recovered.next_number, std::move(recovered.sealed));
    // What the snapshots on disk do not need is the first to be used again.
    if (auto let_go = let_go_of_segments(); let_go.has_error()) {
        return let_go;
    }
    // On a full disk the store serves reads and cancels from the segment it has; creates are
    // refused until the next one can be prepared.
    if (auto refilled = supply_->refill([] {});
        refilled.has_error() && refilled.error() != boost::system::errc::no_space_on_device) {
        return failure(refilled.error(), "the next segment of the log cannot be prepared: " +
                                             refilled.error().message());
    }
    writer_ = std::make_unique<LogWriter>(clock, *ring_, *supply_, *this, options,
                                          recovered.position, std::move(recovered.current));
    snapshot_at_nanoseconds_.store(monotonic(), std::memory_order_relaxed);
    look_at_limits();
    if (!settings.single_threaded) {
        thread_ = std::make_unique<LogThread>(*writer_, *supply_, clock, options.nice);
        house_ = std::thread([this] { keep_house(); });
        snapshot_writer_ = std::thread([this] { keep_snapshots(); });
    }
    return {};
}

std::int64_t Engine::monotonic() const {
    return clock.monotonic().time_since_epoch().count();
}

bool Engine::has_capacity(Importance importance) const noexcept {
    const std::atomic<bool>& limit = importance == Importance::create ? full_ : exhausted_;
    return !limit.load(std::memory_order_relaxed);
}

std::uint64_t Engine::ring_reserve(Importance importance) const noexcept {
    return importance == Importance::create ? ring_->capacity() / ring_reserve_divisor : 0;
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
    check(lane_count_ < lanes_served_by(settings.ring_bytes),
          "the ring is large enough for the lanes");
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
        // seq_cst, with LaneState::about_to_sleep; the exchange makes one wake of one sleep.
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

explained<void> Engine::close() {
    if (has_failed()) {
        return failure(Error::stopped, "the log has failed");
    }
    bool finished = false;
    if (thread_) {
        finished = thread_->stop();
    } else {
        writer_->request_stop();
        finished = writer_->pump() == LogWriter::Did::finished;
    }
    if (!finished) {
        return failure(Error::stopped, "the log failed while it was being closed");
    }
    // Everything is durable now, so the snapshot has all of it.
    settle_inherited();
    return write_snapshot();
}

void Engine::pump() {
    check(!thread_, "only a store without threads is pumped");
    time_.follow();
    writer_->pump();
    settle_inherited();
    look_at_limits();
}

}  // namespace belay::store
