// Keeps one segment ready ahead of the log, so that a full disk is met before a write and not by
// one, and lets go of segments that no start will read again.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "core/world/entropy.hpp"
#include "store/log/segment_file.hpp"

namespace belay::store {

/// A segment that is full: the frames [base_lsn, end_lsn) and nothing else that counts.
struct SegmentExtent {
    std::uint64_t number = 0;
    std::uint64_t size = 0;
    Lsn base_lsn = 0;
    Lsn end_lsn = 0;
};

/// Thread-safe. Its mutex is taken by the log thread once a segment and by nobody on a request's
/// way; it is never held across I/O.
class SegmentSupply {
  public:
    /// `entropy` gives salts; only refill uses it. `next_number` is above every number in use.
    SegmentSupply(world::Disk& disk, world::Entropy& entropy, std::uint64_t segment_bytes,
                  bool want_direct, std::uint64_t current_number, std::uint64_t next_number,
                  std::vector<SegmentExtent> sealed);

    /// Is the next segment there?
    bool ready() const noexcept;

    /// The next segment is not there and could not be made. While it is so, creates are to be
    /// refused (reliability 3.1).
    bool is_low() const noexcept;

    /// The log thread: the prepared segment, if there is one.
    std::optional<OpenSegment> take();

    /// The log thread: this segment is full, and the one it took is the current one.
    void seal(const SegmentExtent& extent, std::uint64_t current_number);

    /// Anyone: no start will ever read a frame below `lsn` again (the older snapshot's S).
    void release_below(Lsn lsn);

    /// One thread at a time, which may block: prepares the next segment if there is none, from a
    /// released one if there is one, and removes the other released ones. An error (a full disk)
    /// leaves things as they are, to be tried again. `rest` is called between the pieces of a new
    /// segment.
    result<void> refill(Rest rest);

    /// Does refill have anything to do?
    bool wants_refill() const;

    /// How many segment files there are, the current and the prepared one included.
    std::size_t file_count() const;

  private:
    struct Order {
        std::uint64_t number = 0;
        std::uint64_t previous = 0;
        std::optional<SegmentExtent> from;
    };

    bool is_released(const SegmentExtent& extent) const noexcept {
        return extent.end_lsn <= released_below_;
    }
    std::optional<SegmentExtent> take_released();
    std::optional<Order> take_order();
    result<OpenSegment> prepare(const Order& order, Rest rest);
    result<void> prepare_next(Rest rest);
    result<void> remove_released();

    // Fixed after construction.
    world::Disk& disk_;
    const std::uint64_t segment_bytes_;
    const bool want_direct_;

    // Owned by whoever calls refill.
    world::Entropy& entropy_;

    // Protected by mutex_.
    mutable std::mutex mutex_;
    std::optional<OpenSegment> prepared_;
    std::vector<SegmentExtent> sealed_;
    std::uint64_t current_number_;
    std::uint64_t next_number_;
    bool taken_ = false;  ///< between take and seal: nobody knows yet what the next one follows
    Lsn released_below_ = 0;

    // Read by anyone as a hint; what it hints at is under mutex_. Hence relaxed.
    std::atomic<bool> ready_{false};
    std::atomic<bool> low_{false};
};

}  // namespace belay::store
