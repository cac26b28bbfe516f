#include "store/log/log_writer.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/base/check.hpp"

namespace belay::store {
namespace {

constexpr std::uint64_t first_bucket_nanoseconds = 16'000;

void copy_count(std::atomic<std::uint64_t>& to, std::uint64_t value) noexcept {
    // Relaxed: a number for metrics.
    to.store(value, std::memory_order_relaxed);
}

}  // namespace

void TimeHistogram::add(std::chrono::nanoseconds time) noexcept {
    const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
    const auto bucket =
        static_cast<std::size_t>(std::bit_width(nanoseconds / first_bucket_nanoseconds));
    // Relaxed, both: numbers for metrics.
    counts[std::min(bucket, buckets - 1)].fetch_add(1, std::memory_order_relaxed);
    total_nanoseconds.fetch_add(nanoseconds, std::memory_order_relaxed);
}

std::chrono::nanoseconds TimeHistogram::upper_bound(std::size_t bucket) noexcept {
    return std::chrono::nanoseconds(first_bucket_nanoseconds << bucket);
}

LogWriter::LogWriter(const world::Clock& clock, Ring& ring, SegmentSupply& supply,
                     LogListener& listener, const LogOptions& options, const LogPosition& position,
                     OpenSegment current)
    : clock_(clock),
      ring_(ring),
      supply_(supply),
      listener_(listener),
      committer_(ring, position, options.mark_delay, options.group_bytes_max),
      current_(std::move(current)),
      durable_{position.next_lsn},
      direct_(current_.direct) {
    check(current_.header.number == position.segment.number, "the open segment is the position's");
}

LogWriter::Did LogWriter::step() {
    // Acquire, with request_stop: what was published before the request is seen by this step.
    if (stop_requested_.load(std::memory_order_acquire)) {
        committer_.stop();
    }
    const CommitStep step = committer_.next(clock_.monotonic());
    switch (step.kind) {
        case CommitStep::Kind::write_group:
        case CommitStep::Kind::write_mark:
        case CommitStep::Kind::enter_segment:
        case CommitStep::Kind::seal_segment:
            return write(step);
        case CommitStep::Kind::need_segment:
            return take_next() ? Did::worked : Did::needs_segment;
        case CommitStep::Kind::sleep:
            wake_at_ = step.until;
            return Did::slept;
        case CommitStep::Kind::finished:
            return Did::finished;
        case CommitStep::Kind::failed:
            return Did::failed;
    }
    return Did::failed;
}

LogWriter::Did LogWriter::pump() {
    for (;;) {
        const Did did = step();
        if (did == Did::worked) {
            continue;
        }
        if (did == Did::finished || did == Did::failed || !supply_.wants_refill()) {
            return did;
        }
        const bool refilled = supply_.refill([] {}).has_value();
        if (did != Did::needs_segment || !refilled) {
            return did;
        }
    }
}

bool LogWriter::take_next() {
    next_ = supply_.take();
    if (!next_) {
        return false;
    }
    committer_.offer_segment(next_->header);
    return true;
}

LogWriter::Did LogWriter::write(const CommitStep& step) {
    OpenSegment& target = step.kind == CommitStep::Kind::enter_segment ? *next_ : current_;
    const world::MonotonicTime before = clock_.monotonic();
    if (auto written = target.file->write_at(step.offset, step.bytes); written.has_error()) {
        return fail(written.error());
    }
    if (auto synced = target.file->sync(); synced.has_error()) {
        return fail(synced.error());
    }
    const world::MonotonicTime after = clock_.monotonic();
    if (step.kind == CommitStep::Kind::seal_segment) {
        seal_current();
    }
    committer_.completed(after);
    publish_progress();
    committer_.give_back();
    if (ring_.take_waiters()) {
        listener_.space_freed();
    }
    if (step.kind == CommitStep::Kind::write_group) {
        statistics_.write_times.add(after - before);
    }
    return Did::worked;
}

void LogWriter::seal_current() {
    // Its last frame ends where the next segment begins, which is D.
    supply_.seal({.number = current_.header.number,
                  .size = current_.header.size,
                  .base_lsn = committer_.segment().base_lsn,
                  .end_lsn = committer_.durable_lsn()},
                 next_->header.number);
    current_ = std::move(*next_);
    next_.reset();
    // Relaxed: for a line in a log.
    direct_.store(current_.direct, std::memory_order_relaxed);
}

void LogWriter::publish_progress() {
    const CommitCounts& counts = committer_.counts();
    copy_count(statistics_.groups, counts.groups);
    copy_count(statistics_.frames, counts.frames);
    copy_count(statistics_.frame_bytes, counts.frame_bytes);
    copy_count(statistics_.written_bytes, counts.written_bytes);
    copy_count(statistics_.marks, counts.marks);
    copy_count(statistics_.segments, counts.segments);
    const Lsn durable = committer_.durable_lsn();
    // Relaxed: only this thread writes it.
    if (durable == durable_.value.load(std::memory_order_relaxed)) {
        return;
    }
    // seq_cst, which is release and more: a core that is about to sleep announces that and then
    // looks at D again; this store comes before the listener looks at the announcement (design 9).
    durable_.value.store(durable, std::memory_order_seq_cst);
    listener_.durable(durable);
}

LogWriter::Did LogWriter::fail(boost::system::error_code error) {
    committer_.failed();
    // Release, with has_failed: whoever sees it sees everything before it.
    failed_.store(true, std::memory_order_release);
    listener_.failed(error);
    return Did::failed;
}

void LogWriter::request_stop() noexcept {
    // Release, with the acquire in step.
    stop_requested_.store(true, std::memory_order_release);
}

}  // namespace belay::store
