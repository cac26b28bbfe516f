// What the job table and the idempotency table have in common: entries with a cell, made on demand
// and removed in two steps (design 5).
//
// Removal. (1) `kill` sets the cell of an entry dead, from its durable tombstone or from no version
// at all. The entry stays where it is, with its back pointer: a read that took its D before the
// tombstone was durable must still find it. (2) When every section that was open then has ended,
// the entry is unlinked, and one grace later freed. Step 2 runs by itself, in the collections of
// the participant that killed.
//
// Who meets a dead entry looks up again. A lookup that wants to make one (find_or_make) does step 2
// itself if it may already be done; if not, it answers `dying`, and the caller leaves its section,
// collects, and tries again in a later turn. So a killer that sleeps delays nobody for longer than
// the sections that were open at the kill.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/base/function_ref.hpp"
#include "store/table/cell.hpp"
#include "store/table/epochs.hpp"
#include "store/table/pointer_table.hpp"
#include "store/table/stop_point.hpp"

namespace belay::store {

/// The part of an entry that this file works with; entries derive from it.
struct Entry {
    Cell cell;
    /// The latest epoch in which somebody set out to kill the entry. Valid once it is dead.
    std::atomic<ShortEpoch> killed_at{ShortEpoch::none};
};

enum class Lookup {
    found,      ///< the entry was there and is alive, or was a moment ago
    made,       ///< the entry is new and has no version
    dying,      ///< an old entry of this name is not gone yet: leave the section, try again later
    exhausted,  ///< no memory
};

/// `entry` is nullptr for dying and exhausted; valid to the end of the section.
template <class Node>
struct Looked {
    Lookup lookup;
    Node* entry;
};

/// `Traits` are those of pointer_table.hpp, with a Node that derives from Entry. Thread-safe; all
/// calls are made inside a section of the caller's participant. The table outlives the epochs
/// through which its entries are retired. Its destructor frees every entry and its newest version;
/// the versions before it are for those to retire who replaced them.
template <class Traits>
class EntryTable {
  public:
    using Node = typename Traits::Node;
    using Key = typename Traits::Key;
    using Cursor = typename PointerTable<Traits>::Cursor;

    EntryTable(Pool& pool, std::size_t capacity) : table_(pool, capacity) {}

    /// nullptr if absent. The entry may be dead: a read at its D is right all the same; a decision
    /// looks up again.
    Node* find(std::uint64_t hash, const Key& key) const { return table_.find(hash, key); }

    Looked<Node> find_or_make(Participant& by, std::uint64_t hash, const Key& key) {
        for (;;) {
            const auto [entry, made] = table_.find_or_insert(by, hash, key);
            if (entry == nullptr) {
                return {Lookup::exhausted, nullptr};
            }
            if (made) {
                return {Lookup::made, entry};
            }
            if (!entry->cell.is_dead()) {
                return {Lookup::found, entry};
            }
            // Its killer frees it; it only must not be found any more. Relaxed: seeing it dead was
            // an acquire, and the killer raised killed_at before.
            if (!by.passed(entry->killed_at.load(std::memory_order_relaxed)) ||
                table_.unlink(by, hash, *entry) == Unlink::later) {
                return {Lookup::dying, nullptr};
            }
        }
    }

    /// Step 1, and step 2 in its time. False, and nothing has changed, if the cell's head is not
    /// `expected` (a durable tombstone, or nullptr) or it is dead already.
    bool kill(Participant& by, Node& entry, const Version* expected) {
        check(by.in_section(), "an entry is killed inside a section");
        // Before the cell says dead (a release, so who meets dead sees this), and only ever
        // upwards: a rival that set out earlier and comes late must not make the entry look older.
        // Relaxed: the release is the cell's.
        ShortEpoch known = entry.killed_at.load(std::memory_order_relaxed);
        while ((known == ShortEpoch::none || epochs_since(known, by.announced()) > 0) &&
               !entry.killed_at.compare_exchange_weak(known, short_epoch(by.announced()),
                                                      std::memory_order_relaxed)) {
        }
        BELAY_STOP_POINT("entry.kill.noted");
        if (!entry.cell.kill(expected)) {
            return false;
        }
        BELAY_STOP_POINT("entry.kill.dead");
        by.retire(&entry, this, &EntryTable::bury);
        return true;
    }

    /// See PointerTable::expect.
    void expect(std::size_t entries) { table_.expect(entries); }

    void prefetch(std::uint64_t hash) const noexcept { table_.prefetch(hash); }
    void prefetch_entry(std::uint64_t hash) const noexcept { table_.prefetch_node(hash); }

    /// Once the entry has come: its newest version.
    void prefetch_version(std::uint64_t hash) const noexcept {
        constexpr std::size_t line_bytes = 64;
        if (const Node* entry = table_.probable(hash)) {
            if (const Version* newest = entry->cell.newest()) {
                const auto* version = reinterpret_cast<const char*>(newest);
                __builtin_prefetch(version);
                __builtin_prefetch(version + line_bytes);
            }
        }
    }

    /// See PointerTable::walk.
    bool walk(Cursor& cursor, std::size_t slots, FunctionRef<void(Node&)> visit) const {
        return table_.walk(cursor, slots, visit);
    }

    std::size_t size() const noexcept { return table_.size(); }
    std::size_t capacity() const noexcept { return table_.capacity(); }
    std::size_t slot_bytes() const noexcept { return table_.slot_bytes(); }
    /// See PointerTable::growth_bytes.
    std::size_t growth_bytes(const Participant& by) const noexcept {
        return table_.growth_bytes(by);
    }

  private:
    /// Step 2. Not found means that a lookup was faster.
    static void bury(Participant& by, void* context, void* object) {
        auto& self = *static_cast<EntryTable*>(context);
        auto* entry = static_cast<Node*>(object);
        BELAY_STOP_POINT("entry.bury.before_unlink");
        const bool later = self.table_.unlink(by, Traits::hash(*entry), *entry) == Unlink::later;
        by.retire(entry, context, later ? &EntryTable::bury : &EntryTable::free);
    }

    static void free(Participant& by, void*, void* object) {
        Traits::destroy(by.pool(), static_cast<Node*>(object));
    }

    PointerTable<Traits> table_;
};

}  // namespace belay::store
