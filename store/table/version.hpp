// A version of a record: immutable bytes, and where they stand in the log.
//
// In memory: this head, then the pointer to the version that it replaced, if there can be one (a
// record's first version has none, and most versions are that), then the bytes.
//
// Life: made from the pool, filled, swapped into a cell as pending, given its LSN by reserve,
// durable when D passes the LSN, and retired by the transition that replaced it when that one is
// durable; or put back and retired at once (design 4 and 5).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"
#include "core/job/ids.hpp"
#include "store/table/epochs.hpp"
#include "store/table/pool.hpp"

namespace belay::store {

class Cell;

/// The LSN of a version that has none yet. It is above every LSN, so that "below D" is false.
inline constexpr job::Lsn pending_lsn = ~job::Lsn{0};

/// Thread-safe as far as its methods are const; the rest belongs to the maker until a cell has it,
/// and set_lsn to the owner of the pending version.
class Version {
  public:
    static constexpr std::size_t bytes_max = (std::size_t{1} << 18) - 1;
    static constexpr std::uint64_t number_max = (std::uint64_t{1} << 44) - 1;

    struct Shape {
        std::uint64_t number =
            1;  ///< of the record's versions: 1, 2, 3, …; at most `number_max` (checked)
        std::size_t size = 0;        ///< of the bytes; at most `bytes_max` (checked)
        bool tombstone = false;      ///< the record is gone from here on
        job::Lsn lsn = pending_lsn;  ///< only recovery knows it beforehand
        bool packed = false;         ///< a mark for whoever reads the bytes
    };

    /// A version that nobody else can see; fill `writable()` before it is swapped in. nullptr when
    /// there is no memory. Freed by `destroy` (never shared) or `retire` (was in a cell).
    static Version* make(PoolLane& pool, const Shape& shape) noexcept;

    /// The same, with the bytes; `shape.size` is ignored.
    static Version* make(PoolLane& pool, Shape shape, ByteSpan bytes) noexcept;

    static void destroy(PoolLane& pool, const Version* version) noexcept;

    /// Inside a section. No cell leads to `version` any more, but for the back pointers that
    /// cell.hpp speaks of.
    static void retire(Participant& by, const Version* version);

    Version(const Version&) = delete;
    Version& operator=(const Version&) = delete;

    /// Acquire, pairs with set_lsn: who sees the LSN sees what its owner did before reserving it.
    job::Lsn lsn() const noexcept { return lsn_.load(std::memory_order_acquire); }
    bool pending() const noexcept { return lsn() == pending_lsn; }

    /// Once, by the owner, while the version is the head of its cell.
    void set_lsn(job::Lsn lsn) noexcept {
        // Release, pairs with lsn().
        lsn_.store(lsn, std::memory_order_release);
    }

    std::uint64_t number() const noexcept { return number_; }
    bool tombstone() const noexcept { return tombstone_ != 0; }
    bool packed() const noexcept { return packed_ != 0; }

    /// Valid as long as the version: to the end of the section in which it was found.
    ByteSpan bytes() const noexcept {
        return {reinterpret_cast<const std::byte*>(this) + head_bytes(number_), size_};
    }
    MutableByteSpan writable() noexcept {
        return {reinterpret_cast<std::byte*>(this) + head_bytes(number_), size_};
    }

    /// The version that this one replaced; nullptr for none. May dangle (cell.hpp says when it may
    /// be followed).
    const Version* previous() const noexcept {
        return has_previous(number_) ? *reinterpret_cast<const Version* const*>(this + 1) : nullptr;
    }

    /// Memory that a version of this number with `size` bytes takes.
    static constexpr std::size_t memory_bytes(std::uint64_t number, std::size_t size) noexcept {
        return head_bytes(number) + size;
    }

  private:
    friend class Cell;

    explicit Version(const Shape& shape) noexcept;

    static constexpr bool has_previous(std::uint64_t number) noexcept { return number > 1; }
    static constexpr std::size_t head_bytes(std::uint64_t number) noexcept {
        return sizeof(Version) + (has_previous(number) ? sizeof(const Version*) : 0);
    }

    /// By Cell::swap, before the version is shared, and never after.
    void set_previous(const Version* previous) noexcept;

    std::atomic<job::Lsn> lsn_;
    // In one word: there are millions of versions. A record that moved a thousand times a second
    // would count for five hundred years.
    const std::uint64_t number_ : 44;
    const std::uint64_t size_ : 18;
    const std::uint64_t tombstone_ : 1;
    const std::uint64_t packed_ : 1;
};

static_assert(sizeof(Version) == 16);
static_assert(Version::bytes_max >= limits::frame_bytes_max, "whatever is logged has its room");

}  // namespace belay::store
