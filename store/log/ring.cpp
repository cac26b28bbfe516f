#include "store/log/ring.hpp"

#include <cstring>

#include "core/base/check.hpp"

namespace belay::store {
namespace {

/// length, type, flags: the eight bytes whose becoming non-zero publishes a frame.
constexpr std::size_t header_word_bytes = offsetof(FrameHeader, lsn);
static_assert(header_word_bytes == sizeof(std::uint64_t));

std::atomic_ref<std::uint64_t> header_word(std::byte* frame) noexcept {
    return std::atomic_ref<std::uint64_t>(*reinterpret_cast<std::uint64_t*>(frame));
}

}  // namespace

result<std::unique_ptr<Ring>> Ring::make(std::size_t capacity, std::size_t lanes, Lsn start,
                                         RingPages pages) {
    if (lanes == 0 || lanes > limits::lanes_max || capacity < 4 * lanes * limits::frame_bytes_max) {
        return make_error_code(Error::malformed);
    }
    check(start >= first_lsn && start % limits::frame_alignment == 0, "an LSN is a multiple of 64");
    result<RingMemory> memory = RingMemory::map(capacity, pages);
    if (memory.has_error()) {
        return memory.error();
    }
    return std::unique_ptr<Ring>(new Ring(std::move(memory.value()), lanes, start));
}

Ring::Ring(RingMemory memory, std::size_t lanes, Lsn start) noexcept
    : memory_(std::move(memory)),
      mask_(memory_.capacity() - 1),
      slack_bytes_(lanes * limits::frame_bytes_max),
      reserved_(start),
      released_(start) {}

bool Ring::has_room(std::size_t bytes, Lsn released) const noexcept {
    // Relaxed: a stale value is too low by what other lanes reserved meanwhile, which is what the
    // slack is for. The LSN itself is taken by reserve.
    const Lsn reserved = reserved_.load(std::memory_order_relaxed);
    return reserved + slack_bytes_ + bytes <= released + memory_.capacity();
}

bool Ring::admit(std::size_t bytes) const noexcept {
    // Acquire, with the store in release(): whoever counts on the space sees it zeroed.
    return has_room(bytes, released_.load(std::memory_order_acquire));
}

bool Ring::register_waiter_and_admit(std::size_t bytes) noexcept {
    // Store, then load, against store, then load in release() and take_waiters(): seq_cst on both
    // words on both sides, so that not both can miss the other's store.
    waiters_.store(1, std::memory_order_seq_cst);
    return has_room(bytes, released_.load(std::memory_order_seq_cst));
}

Lsn Ring::reserve(std::size_t bytes) noexcept {
    // Acquire and release: the space behind this LSN may have been admitted to another lane, from a
    // newer `released_` than the one this lane saw. Going through the chain of reservations makes
    // that lane's view ours, and the zeroing in release() happens before our writes.
    const Lsn lsn = reserved_.fetch_add(bytes, std::memory_order_acq_rel);
    check(lsn + bytes <= released_.load(std::memory_order_acquire) + memory_.capacity(),
          "a reservation was admitted");
    return lsn;
}

void Ring::publish(Lsn lsn, std::size_t body_bytes, FrameType type) noexcept {
    std::byte* frame = address(lsn);
    FrameHeader header;
    header.length = static_cast<std::uint32_t>(frame_bytes(body_bytes));
    header.type = static_cast<std::uint8_t>(type);
    header.body_length = static_cast<std::uint32_t>(body_bytes);
    std::memcpy(frame + offsetof(FrameHeader, body_length), &header.body_length,
                sizeof header.body_length);
    std::uint64_t word = 0;
    std::memcpy(&word, &header, sizeof word);
    // Release, with the acquire in published_at: who sees the word sees the frame.
    header_word(frame).store(word, std::memory_order_release);
}

ByteSpan Ring::published_at(Lsn lsn) const noexcept {
    std::byte* frame = address(lsn);
    // Acquire, with the release in publish.
    const std::uint64_t word = header_word(frame).load(std::memory_order_acquire);
    if (word == 0) {
        return {};
    }
    std::uint32_t length = 0;
    static_assert(offsetof(FrameHeader, length) == 0);
    std::memcpy(&length, &word, sizeof length);
    return {frame, length};
}

void Ring::release(Lsn up_to) noexcept {
    // Relaxed: only this thread writes it.
    const Lsn released = released_.load(std::memory_order_relaxed);
    check(up_to >= released && up_to - released <= memory_.capacity(),
          "space is released in order");
    std::memset(address(released), 0, up_to - released);
    // Release, with the acquire in admit and reserve: the zeroes come first. seq_cst besides, with
    // register_waiter_and_admit: take_waiters loads after this store.
    released_.store(up_to, std::memory_order_seq_cst);
}

bool Ring::take_waiters() noexcept {
    // The load first: while nobody waits, the line stays shared.
    return waiters_.load(std::memory_order_seq_cst) != 0 &&
           waiters_.exchange(0, std::memory_order_seq_cst) != 0;
}

Lsn Ring::reserved() const noexcept {
    // Relaxed: a moment's view, from which nothing is concluded.
    return reserved_.load(std::memory_order_relaxed);
}

std::size_t Ring::fill() const noexcept {
    // Relaxed, and `released_` first, so that the difference is never negative.
    const Lsn released = released_.load(std::memory_order_acquire);
    const Lsn reserved_now = reserved_.load(std::memory_order_relaxed);
    return reserved_now >= released ? reserved_now - released : 0;
}

}  // namespace belay::store
