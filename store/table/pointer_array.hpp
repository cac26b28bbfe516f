// The slots of a pointer table: one array, and what it needs to be replaced by a larger one while
// it is in use (pointer_table.hpp).
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace belay::store {

/// What a slot holds, as plain values: a 16-bit tag of the hash above a 48-bit node pointer whose
/// low three bits are free. The life of a slot:
///
///   empty -> pointer -> removed          each of the three may be frozen, at any time,
///     |         |          |             and then never changes again
///   empty*   pointer*   removed*
///
/// A slot never becomes empty again, and holds at most one pointer in its life. The arguments in
/// pointer_table.hpp rest on this.
namespace slot {

inline constexpr std::uint64_t empty = 0;
inline constexpr std::uint64_t frozen = 1;   ///< a flag
inline constexpr std::uint64_t removed = 2;  ///< no pointer
inline constexpr std::uint64_t pointer_mask = 0x0000'ffff'ffff'fff8;
inline constexpr unsigned tag_shift = 48;

constexpr bool is_frozen(std::uint64_t word) noexcept {
    return (word & frozen) != 0;
}
constexpr bool is_empty(std::uint64_t word) noexcept {
    return (word & ~frozen) == empty;
}
constexpr bool has_pointer(std::uint64_t word) noexcept {
    return (word & pointer_mask) != 0;
}
constexpr bool has_tag_of(std::uint64_t word, std::uint64_t hash) noexcept {
    return ((word ^ (hash << tag_shift)) >> tag_shift) == 0;
}

}  // namespace slot

/// Made and destroyed by one thread; thread-safe in between.
class PointerArray {
  public:
    /// One inserting operation moves so many slots to the next array.
    static constexpr std::size_t chunk = 64;

    /// `capacity` is a power of two, at least one chunk. The slots' memory is zero and not touched
    /// before use, so that a large array costs no pause. nullptr when there is no memory.
    static PointerArray* make(std::size_t capacity) noexcept;
    static void destroy(PointerArray* array) noexcept;

    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t chunks() const noexcept { return capacity_ / chunk; }
    std::size_t bytes() const noexcept { return capacity_ * sizeof(std::uint64_t); }

    /// Where the search for a hash begins. The upper bits of the hash, so that the order of homes
    /// is the order of hashes in arrays of every size: a walk can go on in a larger one.
    std::size_t home(std::uint64_t hash) const noexcept { return hash >> shift_; }
    /// The lowest hash with that home.
    std::uint64_t first_hash(std::size_t home) const noexcept {
        return static_cast<std::uint64_t>(home) << shift_;
    }

    /// The slot `index`, counted around the end.
    std::atomic_ref<std::uint64_t> at(std::size_t index) const noexcept {
        return std::atomic_ref<std::uint64_t>(slots_[index & (capacity_ - 1)]);
    }

    /// Asks the processor for a slot; no data race with any use of it.
    void prefetch(std::size_t index) const noexcept {
        __builtin_prefetch(&slots_[index & (capacity_ - 1)]);
    }

    bool all_moved() const noexcept {
        // Acquire, pairs with the release of every chunk's mover: who sees them all sees every
        // pointer in the next arrays.
        return chunks_moved.load(std::memory_order_acquire) == chunks();
    }

    /// The array that this one is moved to; set once.
    std::atomic<PointerArray*> next{nullptr};
    /// Slots that are not empty any more, moved ones included. Relaxed throughout: it decides only
    /// when to grow.
    alignas(64) std::atomic<std::size_t> used{0};
    /// The next chunk that nobody moves yet; goes beyond chunks(). Relaxed throughout: it is only
    /// about who; the slots order what is moved.
    alignas(64) std::atomic<std::size_t> chunks_claimed{0};
    std::atomic<std::size_t> chunks_moved{0};

  private:
    PointerArray(std::size_t capacity, std::uint64_t* slots) noexcept
        : capacity_(capacity),
          shift_(64 - static_cast<unsigned>(std::countr_zero(capacity))),
          slots_(slots) {}

    alignas(64) const std::size_t capacity_;
    const unsigned shift_;
    std::uint64_t* const slots_;
};

}  // namespace belay::store
