// The idempotency table: what was answered to a request, by the name of its key (scope and key in
// one string of bytes). What the bytes of a version mean is the store's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "store/table/entry_table.hpp"
#include "store/table/text_packer.hpp"

namespace belay::store {

/// A key's name with its hash, and how its table packs names. A view of the name's bytes.
struct KeyName {
    std::uint64_t hash = 0;
    std::string_view name;
    const TextPacker* packer = nullptr;
};

/// Has one address from its making to its removal; the name stands behind it in the same block.
struct KeyRecord : Entry {
    KeyRecord(std::uint64_t hash_, ByteSpan packed) noexcept;

    /// Valid as long as the record.
    ByteSpan packed_name() const noexcept {
        return {reinterpret_cast<const std::byte*>(this + 1), packed_size};
    }

    const std::uint32_t packed_size;  ///< first: it is in what Entry leaves of its last word
    const std::uint64_t hash;
};
static_assert(sizeof(KeyRecord) == 24);

struct KeyTraits {
    using Node = KeyRecord;
    using Key = KeyName;

    /// With a packed name of usual length.
    static constexpr std::size_t bytes_read = sizeof(KeyRecord) + 64;

    static std::uint64_t hash(const KeyRecord& record) noexcept { return record.hash; }
    /// The whole name is compared: two names with one hash are two keys.
    static bool matches(const KeyRecord& record, std::uint64_t, const KeyName& key) noexcept {
        return record.hash == key.hash && key.packer->is(record.packed_name(), key.name);
    }
    static KeyRecord* make(PoolLane& pool, std::uint64_t hash, const KeyName& key) noexcept;
    static void destroy(PoolLane& pool, KeyRecord* record) noexcept;
};

class IdempotencyTable : public EntryTable<KeyTraits> {
  public:
    /// `seed` is random for each process: names are chosen by clients. `capacity` is how many slots
    /// to begin with. `vocabulary` is what names and answers are made of.
    IdempotencyTable(Pool& pool, std::uint64_t seed, std::size_t capacity,
                     const Vocabulary& vocabulary = {})
        : EntryTable(pool, capacity), packer_(vocabulary), seed_(seed) {}

    /// XXH3-64 of the name, with the seed. The result views `name`, which is at most
    /// limits::key_name_bytes_max long (checked by find_or_make).
    KeyName key(std::string_view name) const noexcept;

    /// Of a hash that `key` gave for this name.
    KeyName key(std::string_view name, std::uint64_t hash) const noexcept {
        return {hash, name, &packer_};
    }

    std::string name_of(const KeyRecord& record) const;

    /// Lives as long as the table.
    const TextPacker& packer() const noexcept { return packer_; }

    KeyRecord* find(const KeyName& key) const { return EntryTable::find(key.hash, key); }
    Looked<KeyRecord> find_or_make(Participant& by, const KeyName& key) {
        return EntryTable::find_or_make(by, key.hash, key);
    }

  private:
    const TextPacker packer_;
    const std::uint64_t seed_;
};

}  // namespace belay::store
