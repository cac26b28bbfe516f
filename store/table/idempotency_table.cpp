#include "store/table/idempotency_table.hpp"

#include <cstring>
#include <new>

#include <xxhash.h>

#include "core/base/limits.hpp"

namespace belay::store {

KeyRecord::KeyRecord(const KeyName& key) noexcept
    : hash(key.hash), name_size(static_cast<std::uint32_t>(key.name.size())) {
    if (!key.name.empty()) {
        std::memcpy(reinterpret_cast<char*>(this + 1), key.name.data(), key.name.size());
    }
}

KeyName IdempotencyTable::key(std::string_view name) const noexcept {
    return {XXH3_64bits_withSeed(name.data(), name.size(), seed_), name};
}

KeyRecord* KeyTraits::make(PoolLane& pool, std::uint64_t, const KeyName& key) noexcept {
    check(key.name.size() <= limits::key_name_bytes_max, "a key's name is within its limit");
    void* memory = pool.allocate(sizeof(KeyRecord) + key.name.size());
    return memory == nullptr ? nullptr : new (memory) KeyRecord(key);
}

void KeyTraits::destroy(PoolLane& pool, KeyRecord* record) noexcept {
    if (const Version* newest = record->cell.newest(); newest != nullptr) {
        Version::destroy(pool, newest);
    }
    const std::size_t bytes = sizeof(KeyRecord) + record->name_size;
    record->~KeyRecord();
    pool.release(record, bytes);
}

}  // namespace belay::store
