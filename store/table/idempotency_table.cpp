#include "store/table/idempotency_table.hpp"

#include <array>
#include <cstring>
#include <new>

#include <xxhash.h>

#include "core/base/limits.hpp"

namespace belay::store {

KeyRecord::KeyRecord(std::uint64_t hash_, ByteSpan packed) noexcept
    : packed_size(static_cast<std::uint32_t>(packed.size())), hash(hash_) {
    if (!packed.empty()) {
        std::memcpy(reinterpret_cast<std::byte*>(this + 1), packed.data(), packed.size());
    }
}

KeyName IdempotencyTable::key(std::string_view name) const noexcept {
    return key(name, XXH3_64bits_withSeed(name.data(), name.size(), seed_));
}

std::string IdempotencyTable::name_of(const KeyRecord& record) const {
    std::string name;
    packer_.unpack(record.packed_name(), name);
    return name;
}

KeyRecord* KeyTraits::make(PoolLane& pool, std::uint64_t, const KeyName& key) noexcept {
    check(key.name.size() <= limits::key_name_bytes_max, "a key's name is within its limit");
    std::array<std::byte, TextPacker::packed_bytes_max(limits::key_name_bytes_max)> room;
    const ByteSpan packed(room.data(), key.packer->pack(key.name, room));
    void* memory = pool.allocate(sizeof(KeyRecord) + packed.size());
    return memory == nullptr ? nullptr : new (memory) KeyRecord(key.hash, packed);
}

void KeyTraits::destroy(PoolLane& pool, KeyRecord* record) noexcept {
    if (const Version* newest = record->cell.newest(); newest != nullptr) {
        Version::destroy(pool, newest);
    }
    const std::size_t bytes = sizeof(KeyRecord) + record->packed_size;
    record->~KeyRecord();
    pool.release(record, bytes);
}

}  // namespace belay::store
