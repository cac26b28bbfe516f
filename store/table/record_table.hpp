// The job table: every record of the store by its id. Jobs, counters and whatever else moves are
// records alike.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/job/ids.hpp"
#include "store/table/entry_table.hpp"

namespace belay::store {

/// Has one address from its making to its removal.
struct Record : Entry {
    Record(std::uint64_t hash_, const job::RecordId& id_) noexcept : id(id_), hash(hash_) {}

    const job::RecordId id;  ///< first: it begins in what Entry leaves of its last word
    const std::uint64_t hash;
};
static_assert(sizeof(Record) == 40);

struct RecordTraits {
    using Node = Record;
    using Key = job::RecordId;

    static constexpr std::size_t bytes_read = sizeof(Record);

    static std::uint64_t hash(const Record& record) noexcept { return record.hash; }
    static bool matches(const Record& record, std::uint64_t, const job::RecordId& id) noexcept {
        return record.id == id;
    }
    static Record* make(PoolLane& pool, std::uint64_t hash, const job::RecordId& id) noexcept;
    static void destroy(PoolLane& pool, Record* record) noexcept;
};

/// Lookups take the hash, so that a batch of requests can prefetch first: compute it once with
/// `hash`.
class RecordTable : public EntryTable<RecordTraits> {
  public:
    /// `seed` is random for each process, so that nobody outside can choose ids that collide.
    /// `capacity` is how many slots to begin with.
    RecordTable(Pool& pool, std::uint64_t seed, std::size_t capacity)
        : EntryTable(pool, capacity), seed_(seed) {}

    /// XXH3-64 of kind and id, with the seed.
    std::uint64_t hash(const job::RecordId& id) const noexcept;

    using EntryTable::find;
    using EntryTable::find_or_make;
    Record* find(const job::RecordId& id) const { return find(hash(id), id); }
    Looked<Record> find_or_make(Participant& by, const job::RecordId& id) {
        return find_or_make(by, hash(id), id);
    }

  private:
    const std::uint64_t seed_;
};

}  // namespace belay::store
