// What is left to do in the tables when a transition has become durable: the version that was
// replaced is retired, and what was removed is taken out. Private to store/.
//
// How a record is removed. Its tombstone becomes durable at some D. A read that took an older D
// must still find the record: through its lists, in the table, and behind the tombstone. So nothing
// is touched before every section that was open at that moment has ended (`settle` retires the
// tombstone, which is nothing but waiting for that); then the record leaves its lists, its cell is
// killed, and what the tombstone replaced is retired. A key is in no list: it is killed at once,
// and the table waits for those who still look at it.
//
// Nobody builds on a tombstone: who wants a record or key of the same name waits until it is gone.
// So a settlement's pointers are good until it is settled, however late that is, and nobody's entry
// in a list is taken out for another's.
#pragma once

#include "store/table/idempotency_table.hpp"
#include "store/table/record_table.hpp"

namespace belay::store {

class Engine;

/// One of each record and key that a transition moved, unless it was made by it.
struct Settlement {
    job::Lsn after = 0;                  ///< due when D is above it
    const Version* replaced = nullptr;   ///< to be retired; null if nothing was replaced
    const Version* tombstone = nullptr;  ///< null if nothing was removed
    KeyRecord* key = nullptr;            ///< the key that was removed, if it was one
};

/// The version that removes `record`. In memory it knows its record, for the sake of its
/// settlement; in the log it has no value. nullptr when there is no memory.
Version* make_tombstone(PoolLane& pool, std::uint64_t number, Record& record) noexcept;

/// Inside a section of `by`. The settlement is due.
void settle(Engine& engine, Participant& by, const Settlement& settlement);

}  // namespace belay::store
