// Drives the committer: does the writes it asks for, publishes D, tells the listener.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/world/clock.hpp"
#include "store/log/committer.hpp"
#include "store/log/segment_supply.hpp"

namespace belay::store {

/// Called by the thread that drives the log. Must be short, must not throw, and must not call back
/// into the log.
class LogListener {
  public:
    virtual ~LogListener() = default;

    /// Everything below `durable_lsn` is durable; LogWriter::durable_lsn says the same already.
    virtual void durable(Lsn durable_lsn) noexcept = 0;

    /// The ring has more room, and someone had registered to be told.
    virtual void space_freed() noexcept = 0;

    /// A write or sync failed. Final: nothing more becomes durable in this process. Whether what
    /// was under way is on disk, only the next start finds out.
    virtual void failed(boost::system::error_code error) noexcept = 0;
};

struct LogOptions {
    std::uint64_t segment_bytes = 64ULL << 20;
    std::size_t group_bytes_max = limits::group_bytes_max;
    Milliseconds mark_delay{10};
    /// Ask for O_DIRECT | O_DSYNC; where the file system cannot, fdatasync follows each write.
    bool direct = true;
    /// Of the log thread: it yields to the shards, which makes groups larger (design 9).
    int nice = 5;
};

/// A histogram of times: bucket i counts those below 2^i x 16 microseconds, the last one the rest.
struct TimeHistogram {
    static constexpr std::size_t buckets = 20;
    std::array<std::atomic<std::uint64_t>, buckets> counts{};
    std::atomic<std::uint64_t> total_nanoseconds{0};

    void add(std::chrono::nanoseconds time) noexcept;
    static std::chrono::nanoseconds upper_bound(std::size_t bucket) noexcept;
};

/// Read by any thread, written by the driving one; relaxed, since nothing is concluded from them.
struct LogStatistics {
    std::atomic<std::uint64_t> groups{0};
    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> frame_bytes{0};
    std::atomic<std::uint64_t> written_bytes{0};
    std::atomic<std::uint64_t> marks{0};
    std::atomic<std::uint64_t> segments{0};
    TimeHistogram write_times;  ///< write and sync of one group
};

class LogWriter {
  public:
    /// Everything must outlive it. `current` is the open segment of `position`.
    LogWriter(const world::Clock& clock, Ring& ring, SegmentSupply& supply, LogListener& listener,
              const LogOptions& options, const LogPosition& position, OpenSegment current);

    enum class Did {
        worked,         ///< a step was taken; call again
        slept,          ///< nothing to do before `wake_at`
        needs_segment,  ///< full, and the supply has nothing ready: refill it, then call again
        finished,       ///< the footer is on disk
        failed,         ///< for good
    };

    /// One step. By the driving thread only.
    Did step();

    /// Without a thread (tests, simulator): steps, refilling the supply inline, until there is
    /// nothing to do now. Gives what the last step did.
    Did pump();

    /// When `step` has to be called again though nothing was published. By the driving thread.
    world::MonotonicTime wake_at() const noexcept { return wake_at_; }

    /// Write what is published, then the footer. Thread-safe; the driving thread must be woken.
    void request_stop() noexcept;

    /// D: the first byte that is not durable. Any thread. seq_cst, which on a load costs no more
    /// than acquire: a core that is about to sleep stores its announcement and then looks here,
    /// while the log thread stores D and then looks at the announcement.
    Lsn durable_lsn() const noexcept { return durable_.value.load(std::memory_order_seq_cst); }

    /// Has a write or sync failed? Any thread.
    bool has_failed() const noexcept { return failed_.load(std::memory_order_acquire); }

    /// Could the next segment not be made, for lack of disk? Creates are to be refused. Any thread.
    bool is_low_on_disk() const noexcept { return supply_.is_low(); }

    bool is_direct() const noexcept { return direct_.load(std::memory_order_relaxed); }
    const LogStatistics& statistics() const noexcept { return statistics_; }

  private:
    Did write(const CommitStep& step);
    Did fail(boost::system::error_code error);
    bool take_next();
    void seal_current();
    void publish_progress();

    /// A line of its own: every core reads it after every handler.
    struct alignas(64) DurableLsn {
        std::atomic<Lsn> value;
    };

    const world::Clock& clock_;
    Ring& ring_;
    SegmentSupply& supply_;
    LogListener& listener_;

    // Owned by the driving thread.
    Committer committer_;
    OpenSegment current_;
    std::optional<OpenSegment> next_;
    world::MonotonicTime wake_at_ = world::MonotonicTime::max();

    // Shared.
    DurableLsn durable_;
    std::atomic<bool> failed_{false};
    std::atomic<bool> stop_requested_{false};
    std::atomic<bool> direct_;
    LogStatistics statistics_;
};

}  // namespace belay::store
