#include "store/table/record_table.hpp"

#include <cstring>
#include <new>

#include <xxhash.h>

namespace belay::store {

std::uint64_t RecordTable::hash(const job::RecordId& id) const noexcept {
    std::byte bytes[sizeof(id.kind) + sizeof(id.id.octets)];
    std::memcpy(bytes, &id.kind, sizeof id.kind);
    std::memcpy(bytes + sizeof id.kind, id.id.octets.data(), sizeof id.id.octets);
    return XXH3_64bits_withSeed(bytes, sizeof bytes, seed_);
}

Record* RecordTraits::make(PoolLane& pool, std::uint64_t hash, const job::RecordId& id) noexcept {
    void* memory = pool.allocate(sizeof(Record));
    return memory == nullptr ? nullptr : new (memory) Record(hash, id);
}

void RecordTraits::destroy(PoolLane& pool, Record* record) noexcept {
    if (const Version* newest = record->cell.newest(); newest != nullptr) {
        Version::destroy(pool, newest);
    }
    record->~Record();
    pool.release(record, sizeof(Record));
}

}  // namespace belay::store
