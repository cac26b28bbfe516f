// The version head of a record: one word that says which version is the newest, and whether the
// record is dead.
//
// All calls are made inside a section. The word is a Version* (or none) with the low bit `dead`.
//
//   none --swap--> pending v1 --reserve--> v1 --swap--> pending v2 --reserve--> v2 …
//                  pending v  --put_back--> what it replaced
//                  none or a durable tombstone --kill--> dead (final; keeps the pointer)
//
// Nobody builds on a pending version: swap refuses it. So at most the head is pending, its owner
// alone can change the word while it is, and put_back cannot fail.
//
// Which back pointers may be followed. A replaced version u is retired when its successor w is
// durable, so w.previous dangles from then on; a version that was put back keeps its `previous`
// too. A reader follows the `previous` of a version m only if (1) it has read m's LSN as pending,
// or (2) it took D after entering its section and before loading the head, and has read m's LSN as
// D or above. Then u = m.previous is protected by the reader's section. Suppose it is not: then
// (epochs.hpp (B)) all that u's retirer knew happens-before the reader's section, namely that a
// successor w of u is durable: the swap to w, w's LSN, and a D' above it.
//  - If m is w, the reader would have read w's LSN, not pending; and a D of at least D' > w.lsn,
//    since D only grows: against (1) and (2).
//  - If m is not w, m was put back before w was swapped in; the reader, coming after that swap,
//    could not have loaded m from the head. Nor from a back pointer: m was never built upon.
// Further steps repeat the argument, since versions below a head that is not durable are retired
// one by one, each when its own successor is durable.
#pragma once

#include <atomic>
#include <cstdint>

#include "store/table/version.hpp"

namespace belay::store {

/// Thread-safe, lock-free; every operation is a bounded number of steps, but for `at`, which goes
/// back over at most limits::undurable_versions_max versions.
class Cell {
  public:
    struct Head {
        const Version* version;  ///< nullptr: none
        bool dead;
    };

    Cell() = default;
    Cell(const Cell&) = delete;
    Cell& operator=(const Cell&) = delete;

    /// Both parts at one moment. Acquire, pairs with the release of swap and put_back: the
    /// version's bytes are seen whole.
    Head head() const noexcept;

    /// The newest version, maybe pending; nullptr if none.
    const Version* newest() const noexcept { return head().version; }

    /// The newest version that has its LSN: what decisions and replays use.
    const Version* newest_published() const noexcept;

    /// The newest version with an LSN below `durable`, maybe a tombstone; nullptr if none.
    /// `durable` is D, taken after the section was entered and before this call (see above).
    const Version* at(job::Lsn durable) const noexcept;

    bool is_dead() const noexcept { return head().dead; }

    /// Makes `next`, which nobody else has seen, the newest version, in place of `expected`
    /// (nullptr for none), and its number must be `expected`'s plus one (checked). False, and
    /// nothing has changed, unless the head is `expected`, not pending, and not dead. `expected`
    /// was found in this section: so its address cannot have come to mean another version.
    bool swap(const Version* expected, Version* next) noexcept;

    /// Undoes the swap of `mine`, which is pending and this caller's (checked). The caller retires
    /// `mine`.
    void put_back(const Version* mine) noexcept;

    /// Ends the life of the record: from now on swap fails. `expected` is a durable tombstone or
    /// nullptr for none (checked as far as it can be). False unless the head is `expected` and not
    /// dead.
    bool kill(const Version* expected) noexcept;

  private:
    static constexpr std::uintptr_t dead_bit = 1;

    std::atomic<std::uintptr_t> word_{0};
};

static_assert(sizeof(Cell) == 8);

}  // namespace belay::store
