// The ring that all cores append frames to and that one log thread empties (design 4).
//
// The problem: an LSN must be taken in one step while the records that move are held, the frame
// filled in any order beside its neighbours, and nobody may ever wait for space with an LSN in
// hand. So space is asked for first (`admit`, holding nothing), and the answer leaves room for
// every other lane to do the same at the same moment.
//
// Thread safety: any number of producers; one consumer (the log thread); `admit` and the counters
// by anyone. Invariants, with all numbers logical offsets in the endless stream: (1) released <=
// consumer's position <= reserved <= released + capacity. (2) Every byte of [reserved, released +
// capacity) is zero, so a frame that is not yet published has
//     a zero header word, and the padding of a frame is zero without being written.
// (3) A lane that was admitted reserves at most one frame of the admitted size before it asks
// again.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"
#include "core/base/result.hpp"
#include "store/log/frame.hpp"
#include "store/log/ring_memory.hpp"

namespace belay::store {

class Ring {
  public:
    /// `capacity`: a power of two, a multiple of the page, at least 4 x lanes x the largest frame
    /// (Error::malformed otherwise). `start`: the LSN of the first frame. `lanes`: how many threads
    /// may be between admit and reserve at once.
    static result<std::unique_ptr<Ring>> make(std::size_t capacity, std::size_t lanes, Lsn start,
                                              RingPages pages = RingPages::touched);

    /// Is there room for one frame of `bytes` (frame_bytes of its body) whatever the other lanes do
    /// before this one reserves? Never blocks.
    bool admit(std::size_t bytes) const noexcept;

    /// For a lane that was refused: from now on the next release of space is announced once
    /// (Ring::take_waiters). True if there is room by now, so that nothing need be waited for.
    /// Order: register, look again, sleep with a time limit.
    bool register_waiter_and_admit(std::size_t bytes) noexcept;

    /// Takes the LSN of an admitted frame. Cannot fail; between here and publish nothing may be
    /// called that can.
    Lsn reserve(std::size_t bytes) noexcept;

    /// Where the body of a reserved frame goes: zeros, contiguous, the frame's own until publish.
    std::byte* body_at(Lsn lsn) noexcept { return address(lsn) + frame_header_bytes; }

    /// Hands a filled frame to the log thread. `body_bytes` as given to frame_bytes for `reserve`.
    void publish(Lsn lsn, std::size_t body_bytes, FrameType type = FrameType::transition) noexcept;

    // The consumer's side.

    /// The frame at `lsn` (header and body, as in the ring) if it is published, else empty. Valid
    /// until released.
    ByteSpan published_at(Lsn lsn) const noexcept;

    /// Zeroes everything below `up_to` that is not yet released, then gives it back.
    void release(Lsn up_to) noexcept;

    /// Has anyone registered since the last call? To be asked after each release.
    bool take_waiters() noexcept;

    // Anyone.

    std::size_t capacity() const noexcept { return memory_.capacity(); }

    /// Where the next frame will begin; a moment's view.
    Lsn reserved() const noexcept;

    /// Bytes that are reserved and not yet released; a moment's view, for metrics.
    std::size_t fill() const noexcept;

  private:
    Ring(RingMemory memory, std::size_t lanes, Lsn start) noexcept;

    std::byte* address(Lsn lsn) const noexcept { return memory_.data() + (lsn & mask_); }
    bool has_room(std::size_t bytes, Lsn released) const noexcept;

    // Fixed after construction.
    RingMemory memory_;
    std::uint64_t mask_;
    std::uint64_t slack_bytes_;  ///< what all lanes may take between anyone's admit and reserve

    // Shared, each on its own cache line; orders are explained at the operations.
    alignas(64) std::atomic<Lsn> reserved_;
    alignas(64) std::atomic<Lsn> released_;
    alignas(64) std::atomic<std::uint32_t> waiters_{0};
};

}  // namespace belay::store
