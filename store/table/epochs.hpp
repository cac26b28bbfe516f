// Epoch-based reclamation: when may memory that was unlinked from a shared structure be freed?
//
// A reader follows pointers without telling anybody which. So a writer that unlinks an object
// cannot know when the last reader has let go of it. Here readers say only *that* they read: they
// do it inside sections, and announce on entry the number of the current epoch. The epoch moves
// from g to g + 1 only when every open section has announced g. An object is stamped with the epoch
// of the section in which it was retired, and freed when the epoch is `grace` = 3 further.
//
// Why 3 is enough, and 2 is not. R retires X in a section that announced s, having unlinked X there
// or before. P is any section, having announced p. All announcements, epoch loads of entry, scans
// and advances are seq_cst; S is their single order.
//  (A) While P is open the epoch is at most p + 1. P's entry stores its announcement, then reads
//      the epoch as p. The advance to p + 1 is therefore after that store in S, and whoever would
//      advance to p + 2 reads the epoch p + 1 and then scans P's slot, later in S than P's store:
//      it sees p, or that P has left. (This is the store-then-load pair of design 5.)
//  (B) If p >= s + 2, R's section ended before P began: by (A) on R's section somebody saw it left
//      (acquire, from the release of leaving) before advancing to s + 2, and P read an epoch that
//      descends from that advance. So the unlinking happens-before P, and P cannot find X.
//  (C) If p <= s + 1, by (A) the epoch is at most s + 2 while P is open, and X is not freed.
// Freed at s + 2, X could still be in the hands of a section that announced s + 1 and loaded the
// old pointer, because nothing orders R's unlinking before that load.
// The free itself comes after all reads: leaving (release) -> scan (acquire) -> advance (release)
// -> the collector's load of the epoch (acquire).
//
// (B) says more than "X is not found": everything that R knew when it retired X happens-before
// every section that does not protect X. cell.hpp builds on this sentence.
//
// A participant outside sections (a core asleep in epoll) holds nobody back. One stopped inside a
// section delays freeing, and nothing else.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/limits.hpp"
#include "store/table/pool.hpp"

namespace belay::store {

class Participant;

/// The number of an epoch. The first is 1; 0 is "no section open".
using Epoch = std::uint64_t;

/// The low half of an epoch's number, for what there are millions of. It stands for the epoch that
/// ends so among the last 2^31; of what has been so for longer `passed` may say that it is not yet.
enum class ShortEpoch : std::uint32_t { none = 0 };

/// Never `none`: one epoch in 2^32 is taken for the one after it, which only delays.
constexpr ShortEpoch short_epoch(Epoch epoch) noexcept {
    const auto low = static_cast<std::uint32_t>(epoch);
    return ShortEpoch{low == 0 ? 1 : low};
}

/// How many epochs `epoch` is after `stamp`; below zero if it is before.
constexpr std::int32_t epochs_since(ShortEpoch stamp, Epoch epoch) noexcept {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(epoch) -
                                     static_cast<std::uint32_t>(stamp));
}

/// What is done with a retired object when its time has come: free it, or take the next step of its
/// removal. Runs in a section of `by`, the participant that collects, which may be another one than
/// the one that retired; it may retire further objects.
using Reclaim = void (*)(Participant& by, void* context, void* object);

/// The shared part. Thread-safe. Declare it after the tables whose objects are retired through it
/// and after the pool: its destructor (no participant is left: checked) frees everything retired.
class Epochs {
  public:
    explicit Epochs(Pool& pool) noexcept : pool_(pool) {}
    ~Epochs();
    Epochs(const Epochs&) = delete;
    Epochs& operator=(const Epochs&) = delete;

    Epoch current() const noexcept { return epoch_.load(std::memory_order_acquire); }

  private:
    friend class Participant;

    static constexpr Epoch grace = 3;
    static constexpr Epoch outside = 0;

    struct Retired {
        void* object;
        void* context;
        Reclaim how;
        Epoch stamp;
    };
    /// What a participant had not freed when it went.
    struct Estate {
        std::vector<Retired> retired;
        Estate* next = nullptr;
    };
    struct alignas(64) Slot {
        std::atomic<Epoch> announced{outside};
        std::atomic<bool> taken{false};
    };

    std::size_t join();
    void try_advance() noexcept;

    Pool& pool_;
    alignas(64) std::atomic<Epoch> epoch_{1};
    /// Slots at or above it have never been used; a scan ends there.
    std::atomic<std::size_t> slots_used_{0};
    std::atomic<Estate*> estates_{nullptr};
    std::array<Slot, limits::lanes_max> slots_;
};

/// One thread's membership. Not thread-safe. At most limits::lanes_max at a time (checked). What it
/// has not freed when it is destroyed goes to the participants that collect later.
class Participant {
  public:
    /// Retired objects are freed into `pool`, which outlives the participant.
    Participant(Epochs& epochs, PoolLane& pool);
    ~Participant();
    Participant(const Participant&) = delete;
    Participant& operator=(const Participant&) = delete;

    /// Opens a section; sections do not nest (checked). Use Section. Collects now and then before
    /// that while something waits, so that what one who seldom retires has retired (the slots of a
    /// table that has grown) is freed soon, though he never sleeps.
    void enter() noexcept;
    void leave() noexcept;
    bool in_section() const noexcept { return announced_ != Epochs::outside; }

    /// The epoch that the open section has announced.
    Epoch announced() const noexcept { return announced_; }

    /// True when every section that could have begun before the end of one that announced `stamp`
    /// has ended: what was true in that section is known in every section open now.
    bool passed(ShortEpoch stamp) const noexcept {
        return epochs_since(stamp, epochs_.current()) >= static_cast<std::int32_t>(Epochs::grace);
    }

    /// Calls `how` on the object, which is unlinked, when no section can still hold a pointer to
    /// it. Only inside a section. Never fails; allocates only when more objects wait than ever
    /// before or `reserve` has provided for, and ends the process if there is no memory for that.
    void retire(void* object, void* context, Reclaim how);

    /// Makes room for `count` more calls of retire, so that they need no memory. False when there
    /// is none.
    bool reserve(std::size_t count) noexcept;

    /// Tries to advance the epoch and reclaims at most `most` objects that may be. Inside a section
    /// or outside; outside, it gets further. `retire` calls it now and then; a core calls it before
    /// it sleeps.
    void collect(std::size_t most = SIZE_MAX);

    /// Gives what is retired here and not yet reclaimed to the participants that collect later: for
    /// one that will not collect for long. Outside sections. Allocates if there is anything.
    void leave_to_others();

    /// Retired here and not yet reclaimed.
    std::size_t waiting() const noexcept { return count_; }

    PoolLane& pool() const noexcept { return pool_; }

    /// Unique among the participants of the same epochs that live now; below limits::lanes_max.
    std::size_t index() const noexcept { return index_; }

  private:
    static constexpr std::size_t collect_every = 64;  ///< retires between two collections
    static constexpr std::size_t collect_every_sections = 1024;
    static constexpr std::size_t collect_most = 4 * collect_every;

    void open() noexcept;
    void append(const Epochs::Retired& retired);
    void adopt_estates();
    bool reclaim_oldest(Epoch current);

    Epochs& epochs_;
    PoolLane& pool_;
    const std::size_t index_;
    Epoch announced_ = Epochs::outside;
    bool collecting_ = false;
    std::size_t since_collect_ = 0;
    std::size_t sections_since_collect_ = 0;
    /// A ring: `count_` entries from `first_`, oldest first; the size is a power of two or zero.
    std::vector<Epochs::Retired> ring_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

/// A section for as long as it lives. No pointer from a table is kept beyond it.
class Section {
  public:
    explicit Section(Participant& participant) noexcept : participant_(participant) {
        participant_.enter();
    }
    ~Section() { participant_.leave(); }
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;

  private:
    Participant& participant_;
};

}  // namespace belay::store
