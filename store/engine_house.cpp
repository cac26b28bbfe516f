// What the store does beside operations: limits, snapshots, what closed lanes have left, numbers.
#include <algorithm>
#include <memory_resource>

#include <pthread.h>
#include <xxhash.h>

#include "core/base/check.hpp"
#include "store/engine.hpp"
#include "store/log/snapshot.hpp"
#include "store/log/snapshots.hpp"
#include "store/reader.hpp"

namespace belay::store {
namespace {

constexpr std::uint64_t reserve_divisor = 16;  ///< of the memory limit, kept for essential work
constexpr std::chrono::milliseconds house_interval(50);
constexpr std::int64_t degraded_after_nanoseconds = 1'000'000'000;
constexpr std::int64_t snapshot_retry_nanoseconds = 60'000'000'000;

/// A start replays what the log holds above the last snapshot; so much of it asks for the next one.
constexpr std::uint64_t log_bytes_between_snapshots = 256ULL << 20;

}  // namespace

void Engine::inherit(const Settlement& settlement) {
    const std::lock_guard guard(lanes_mutex_);
    inherited_.push_back(settlement);
}

void Engine::settle_inherited() {
    std::vector<Settlement> due;
    {
        const Lsn durable_lsn = durable();
        const std::lock_guard guard(lanes_mutex_);
        const auto later = std::partition(
            inherited_.begin(), inherited_.end(),
            [&](const Settlement& settlement) { return settlement.after < durable_lsn; });
        due.assign(inherited_.begin(), later);
        inherited_.erase(inherited_.begin(), later);
    }
    if (due.empty()) {
        return;
    }
    PoolLane lane(pool);
    Participant participant(epochs, lane);
    const Section section(participant);
    for (const Settlement& settlement : due) {
        settle(*this, participant, settlement);
    }
}

std::uint64_t Engine::memory_bytes() const noexcept {
    return pool.bytes_in_use() + records.slot_bytes() + keys.slot_bytes();
}

/// What the tables are about to take at once, which is more than the reserve: creates stop before
/// it, so that cancels need not.
std::uint64_t Engine::growth_bytes() {
    PoolLane lane(pool);
    Participant participant(epochs, lane);
    const Section section(participant);
    return records.growth_bytes(participant) + keys.growth_bytes(participant);
}

void Engine::look_at_limits() {
    const std::uint64_t used = memory_bytes();
    const std::uint64_t limit = settings.memory_bytes_max;
    full_.store(used + growth_bytes() >= limit || writer_->is_low_on_disk(),
                std::memory_order_relaxed);
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
    const std::int64_t now_nanoseconds = monotonic();
    if (settings.snapshot_interval.count() == 0 || logged == 0 ||
        now_nanoseconds < snapshot_not_before_nanoseconds_) {
        return false;
    }
    const std::int64_t age =
        now_nanoseconds - snapshot_at_nanoseconds_.load(std::memory_order_relaxed);
    // As much log as the last snapshot has bytes: what snapshots cost stays in proportion to what
    // is logged, however much is kept, and a start reads at most about twice what is kept.
    const std::uint64_t due_bytes =
        std::max(log_bytes_between_snapshots, snapshot_bytes_.load(std::memory_order_relaxed));
    return logged >= due_bytes ||
           age >= std::chrono::nanoseconds(settings.snapshot_interval).count();
}

void Engine::keep_house() {
    pthread_setname_np(pthread_self(), "belay-house");
    progress_at_nanoseconds_ = monotonic();
    std::unique_lock guard(house_mutex_);
    while (!house_stopping_) {
        guard.unlock();
        time_.follow();
        look_at_limits();
        look_at_flushes();
        settle_inherited();
        pool.prepare();
        guard.lock();
        house_condition_.wait_for(guard, house_interval, [this] { return house_stopping_; });
    }
}

void Engine::keep_snapshots() {
    pthread_setname_np(pthread_self(), "belay-snapshot");
    std::unique_lock guard(house_mutex_);
    while (!house_stopping_) {
        guard.unlock();
        // A snapshot that cannot be written costs nothing but a longer start.
        if (snapshot_is_due() && !has_failed() && write_snapshot().has_error()) {
            snapshot_not_before_nanoseconds_ = monotonic() + snapshot_retry_nanoseconds;
        }
        guard.lock();
        house_condition_.wait_for(guard, house_interval, [this] { return house_stopping_; });
    }
}

std::uint64_t Engine::state_hash() {
    PoolLane lane(pool);
    Participant participant(epochs, lane);
    Reader reader(*this, participant);
    std::string bytes;
    std::vector<std::uint64_t> hashes;
    const auto hash = [&](Lsn lsn, const Fact& fact) {
        bytes.resize(encoded_fact_bytes(fact));
        encode_fact(fact, reinterpret_cast<std::byte*>(bytes.data()));
        hashes.push_back(XXH3_64bits_withSeed(bytes.data(), bytes.size(), lsn));
    };
    reader.walk_facts(hash, [] {});
    // A walk has no order, and may come by twice.
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    return XXH3_64bits(hashes.data(), hashes.size() * sizeof hashes[0]);
}

explained<void> Engine::write_snapshot() {
    const std::lock_guard guard(snapshot_mutex_);
    SnapshotInfo info;
    info.start_lsn = durable();  // before the walk's first section
    info.time = now();
    if (info.start_lsn == snapshot_start_.load(std::memory_order_relaxed)) {
        return {};
    }
    PoolLane lane(pool);
    Participant participant(epochs, lane);
    Reader reader(*this, participant);
    const auto explain = [](boost::system::error_code code) {
        return failure(code, "the snapshot cannot be written: " + code.message());
    };
    auto writer = SnapshotWriter::begin(disk, info);
    if (writer.has_error()) {
        return explain(writer.error());
    }
    // The disk may be slow, and whoever is in a section holds up reclamation: a slice of facts is
    // copied in its section and written after it.
    std::pmr::monotonic_buffer_resource copies;
    std::vector<std::pair<Lsn, Fact>> slice;
    const auto copy = [&](std::string_view text) {
        char* const to = static_cast<char*>(copies.allocate(text.size() + 1, 1));
        std::copy(text.begin(), text.end(), to);
        return std::string_view(to, text.size());
    };
    const auto take = [&](Lsn lsn, const Fact& fact) {
        Fact& taken = slice.emplace_back(lsn, fact).second;
        taken.key = copy(fact.key);
        taken.value = copy(fact.value);
    };
    result<void> added;
    const auto write = [&] {
        for (auto fact = slice.begin(); fact != slice.end() && added.has_value(); ++fact) {
            added = writer->add(fact->first, fact->second);
        }
        slice.clear();
        copies.release();
    };
    reader.walk_facts(take, write);
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
    snapshot_bytes_.store(writer->bytes(), std::memory_order_relaxed);
    snapshot_at_nanoseconds_.store(monotonic(), std::memory_order_relaxed);
    snapshots_.fetch_add(1, std::memory_order_relaxed);
    return let_go_of_segments();
}

explained<void> Engine::let_go_of_segments() {
    const auto needed = prune_snapshots(disk);
    if (needed.has_error()) {
        return failure(needed.error(),
                       "older snapshots cannot be removed: " + needed.error().message());
    }
    supply_->release_below(*needed);
    if (thread_) {
        thread_->ring_supply();
    }
    return {};
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
