// Group commit as a machine without I/O: what to write next, and what follows from its success.
//
// It takes the longest published prefix of the ring, copies it into an aligned staging buffer (it
// never writes from the ring, where neighbours may still be filling the last block), stamps place,
// D, chain and checksums, and asks for one write. While that is under way the next group forms by
// itself: group commit without timers. Laws (tests/store/log/committer_test.cpp): (1) one write is
// under way at a time; (2) a group starts on a fresh block and never spans segments; (3) D moves
// only when a write has succeeded, to the end of what it wrote; (4) nothing is asked for after a
// failure; (5) ring space is given back only when its frames are durable.
//
// Not thread-safe: owned by whoever drives it. Allocates only in its constructor.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"
#include "core/world/clock.hpp"
#include "store/log/aligned_buffer.hpp"
#include "store/log/ring.hpp"
#include "store/log/segment.hpp"

namespace belay::store {

/// Where the log goes on: what a recovery found.
struct LogPosition {
    SegmentHeader segment;
    std::uint32_t offset = segment_data_offset;  ///< of the next group; a multiple of the block
    Lsn next_lsn = first_lsn;
    std::uint64_t chain = 0;          ///< header checksum of the frame before next_lsn
    std::uint64_t mark_sequence = 1;  ///< of the newest mark in the segment
};

struct CommitStep {
    enum class Kind {
        write_group,    ///< frames, or the footer, to the current segment
        write_mark,     ///< how far the log is durable, to the current segment
        enter_segment,  ///< the header of the segment that was offered, to that segment
        seal_segment,   ///< the last mark of the current one; when done, the offered one is current
        need_segment,   ///< nothing can go on until offer_segment
        sleep,          ///< until more is published, or the time is `until`
        finished,       ///< the footer is on disk
        failed,         ///< for good
    };
    Kind kind = Kind::sleep;
    std::uint32_t offset = 0;  ///< in the file
    ByteSpan bytes;            ///< whole aligned blocks; valid until completed or failed is called
    world::MonotonicTime until = world::MonotonicTime::max();
};

struct CommitCounts {
    std::uint64_t groups = 0;
    std::uint64_t frames = 0;
    std::uint64_t frame_bytes = 0;    ///< of the stream
    std::uint64_t written_bytes = 0;  ///< to disk, marks and headers included
    std::uint64_t marks = 0;
    std::uint64_t segments = 0;  ///< entered
};

class Committer {
  public:
    /// `ring` must outlive it and start at `position.next_lsn`. `mark_delay`: idleness after which
    /// D is put into a mark slot if no group has named it.
    Committer(Ring& ring, const LogPosition& position, std::chrono::nanoseconds mark_delay,
              std::size_t group_bytes_max = limits::group_bytes_max);

    /// What to do now. A step with bytes must be answered by completed or failed before the next
    /// call.
    CommitStep next(world::MonotonicTime now);

    /// The write of the last step, and its sync, succeeded.
    void completed(world::MonotonicTime now);

    /// Gives the space of what is durable back to the ring: to be called after each `completed`,
    /// when those who wait for D have been told, since the zeroing of a large group takes as long
    /// as they need to make the next one.
    void give_back() noexcept;

    /// It did not. Final: design 4, "fsync is never tried again on the same data".
    void failed() noexcept { state_ = State::failed; }

    /// The segment to go on in when this one is full.
    void offer_segment(const SegmentHeader& prepared);
    bool has_offer() const noexcept { return offered_.has_value(); }

    /// From now on: write what is published, then the footer, then `finished`. The caller has seen
    /// to it that nothing is reserved any more.
    void stop() noexcept { stopping_ = true; }

    /// The first byte that is not durable.
    Lsn durable_lsn() const noexcept { return durable_lsn_; }

    /// The current segment, and how far it is filled.
    const SegmentHeader& segment() const noexcept { return segment_; }
    std::uint32_t offset() const noexcept { return offset_; }

    const CommitCounts& counts() const noexcept { return counts_; }

  private:
    enum class State { idle, group, footer, mark, header, seal, finished, failed };

    CommitStep write_group();
    CommitStep write_footer();
    CommitStep write_mark(State state, CommitStep::Kind kind, std::uint64_t next_segment);
    CommitStep enter_segment();
    CommitStep idle(world::MonotonicTime now);
    CommitStep write_step(CommitStep::Kind kind, State state, std::uint32_t offset,
                          std::size_t bytes);
    std::size_t stage_frames();
    std::size_t room() const noexcept;
    void group_completed();
    void move_to_offered() noexcept;

    Ring& ring_;
    AlignedBuffer staging_;
    const std::chrono::nanoseconds mark_delay_;

    State state_ = State::idle;
    bool stopping_ = false;

    SegmentHeader segment_;
    std::uint32_t offset_;
    std::uint64_t mark_sequence_;
    std::optional<SegmentHeader> offered_;
    bool entered_ = false;  ///< the offered segment has its header; this one is to be sealed

    Lsn next_lsn_;  ///< of the next frame to be staged
    std::uint64_t chain_;
    Lsn durable_lsn_;
    Lsn given_back_;  ///< the ring's space below it is free
    Lsn named_lsn_;   ///< the highest D that something on disk names
    world::MonotonicTime idle_since_;

    // The step under way.
    std::size_t staged_bytes_ = 0;
    std::size_t staged_frames_ = 0;
    Lsn staged_end_ = 0;
    std::uint64_t staged_chain_ = 0;

    CommitCounts counts_;
};

}  // namespace belay::store
