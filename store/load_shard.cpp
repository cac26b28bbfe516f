#include "store/load_shard.hpp"

#include <cstring>
#include <new>
#include <utility>

#include "core/base/base64.hpp"
#include "store/remembered.hpp"

namespace belay::store {
namespace {

constexpr std::size_t batch_bytes = 256 * 1024;
constexpr std::size_t batch_items = 1024;

/// How far ahead the processor is asked for what an item will touch: slot, entry, version, each
/// when the one before has had the time to come.
constexpr std::size_t slots_ahead = 24;
constexpr std::size_t entries_ahead = 16;
constexpr std::size_t versions_ahead = 8;

Failure out_of_memory() {
    return failure(Error::exhausted,
                   "there is not enough memory for what the data directory holds");
}

}  // namespace

LoadBatch::LoadBatch() : bytes_(batch_bytes) {
    items_.reserve(batch_items);
}

bool LoadBatch::add(Lsn lsn, std::uint64_t hash, bool from_snapshot, const Fact& fact) {
    const std::size_t needed = fact.key.size() + fact.value.size();
    if (items_.empty() && needed > bytes_.size()) {
        bytes_.resize(needed);
    }
    if (items_.size() == batch_items || needed > bytes_.size() - used_) {
        return false;
    }
    Item& item = items_.emplace_back(Item{lsn, hash, from_snapshot, fact});
    item.fact.key = keep(fact.key);
    item.fact.value = keep(fact.value);
    return true;
}

std::string_view LoadBatch::keep(std::string_view text) noexcept {
    char* to = bytes_.data() + used_;
    if (!text.empty()) {
        std::memcpy(to, text.data(), text.size());
    }
    used_ += text.size();
    return {to, text.size()};
}

void LoadBatch::clear() noexcept {
    items_.clear();
    used_ = 0;
}

LoadShard::LoadShard(Engine& engine)
    : engine_(engine),
      pool_(engine.pool),
      participant_(engine.epochs, pool_),
      heights_(engine.next_seed()) {}

LoadShard::~LoadShard() {
    for (OrderedIndex::Node* entry : entries_) {
        OrderedIndex::destroy_apart(pool_, entry);
    }
}

void LoadShard::expect(std::uint64_t records) {
    lists_.expect(records);
}

void LoadShard::apply(const LoadBatch& batch) {
    const std::vector<Item>& items = batch.items();
    for (std::size_t at = 0; at < items.size() && !failure_; ++at) {
        if (at == 0) {
            participant_.enter();
        }
        ask_ahead(items, at);
        if (auto applied = apply(items[at]); applied.has_error()) {
            failure_ = applied.error();
            failed_at_ = items[at].lsn;
        }
    }
    if (participant_.in_section()) {
        participant_.leave();
    }
}

void LoadShard::ask_ahead(const std::vector<Item>& items, std::size_t at) const noexcept {
    const auto ask = [&](std::size_t ahead, auto&& how) {
        if (at + ahead < items.size()) {
            const Item& item = items[at + ahead];
            if (item.fact.kind == FactKind::key) {
                how(engine_.keys, item.hash);
            } else {
                how(engine_.records, item.hash);
            }
        }
    };
    ask(slots_ahead, [](const auto& table, std::uint64_t hash) { table.prefetch(hash); });
    // Of what is created there is no entry, but perhaps one of another name in its slot.
    ask(entries_ahead, [](const auto& table, std::uint64_t hash) { table.prefetch_entry(hash); });
    ask(versions_ahead,
        [](const auto& table, std::uint64_t hash) { table.prefetch_version(hash); });
}

explained<void> LoadShard::apply(const Item& item) {
    const Fact& fact = item.fact;
    if (auto known = check_kind(fact); known.has_error()) {
        return known.error();
    }
    try {
        Entry* entry = find(item);
        if (entry == nullptr && (fact.create || item.from_snapshot)) {
            entry = make(item);
            if (entry == nullptr) {
                return out_of_memory();
            }
        }
        if (entry != nullptr) {
            return replace(item, *entry);
        }
        if (fact.tombstone) {
            missing_.erase(name_of(fact));
        } else {
            // Removed before the snapshot's walk came to it: its removal is still to come.
            missing_.insert(name_of(fact));
        }
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    }
    return {};
}

explained<void> LoadShard::replace(const Item& item, Entry& entry) {
    const Fact& fact = item.fact;
    const Version* present = entry.cell.newest();
    if (present != nullptr && present->lsn() >= item.lsn) {
        return {};  // the snapshot's walk came later
    }
    if (present != nullptr && fact.number != present->number() + 1) {
        return failure(Error::corrupt, "the versions of " + name_of(fact) + " do not follow");
    }
    if (present == nullptr && fact.tombstone) {
        return failure(Error::corrupt, "the snapshot holds the removal of " + name_of(fact));
    }
    Version::Shape shape;
    shape.number = fact.number;
    shape.tombstone = fact.tombstone;
    shape.lsn = item.lsn;
    Version* next = fact.kind == FactKind::key
                        ? make_key_version(pool_, engine_.keys.packer(), shape,
                                           as_byte_span(fact.value), packed_)
                        : Version::make(pool_, shape, as_byte_span(fact.value));
    if (next == nullptr) {
        return out_of_memory();
    }
    check(entry.cell.swap(present, next), "nobody else changes a record during a start");
    if (present == nullptr && fact.kind == FactKind::record) {
        for (const job::ListId& list : lists_of(fact, as_byte_span(fact.value))) {
            lists_.enter(list, fact.record.id);
        }
    }
    if (fact.tombstone) {
        remove(fact, entry, *next);
    }
    if (present != nullptr) {
        Version::retire(participant_, present);
    }
    return {};
}

/// At once: nobody reads during a start. Only the table takes its time (make).
void LoadShard::remove(const Fact& fact, Entry& entry, const Version& tombstone) {
    if (fact.kind == FactKind::key) {
        engine_.keys.kill(participant_, static_cast<KeyRecord&>(entry), &tombstone);
        return;
    }
    for (const job::ListId& list : lists_of(fact, tombstone.previous()->bytes())) {
        lists_.leave(list, fact.record.id);
    }
    engine_.records.kill(participant_, static_cast<Record&>(entry), &tombstone);
}

Memberships LoadShard::lists_of(const Fact& fact, ByteSpan value) const {
    return engine_.schema.memberships(fact.record.kind, value);
}

/// What is dead is not there: if it is made again, its versions begin anew.
Entry* LoadShard::find(const Item& item) const {
    Entry* entry = nullptr;
    if (item.fact.kind == FactKind::key) {
        entry = engine_.keys.find(engine_.keys.key(item.fact.key, item.hash));
    } else {
        entry = engine_.records.find(item.hash, item.fact.record);
    }
    return entry == nullptr || entry->cell.is_dead() ? nullptr : entry;
}

Looked<Entry> LoadShard::find_or_make(const Item& item) {
    if (item.fact.kind == FactKind::key) {
        const auto looked =
            engine_.keys.find_or_make(participant_, engine_.keys.key(item.fact.key, item.hash));
        return {looked.lookup, looked.entry};
    }
    const auto looked = engine_.records.find_or_make(participant_, item.hash, item.fact.record);
    return {looked.lookup, looked.entry};
}

/// nullptr when there is no memory. In a section, before and after.
Entry* LoadShard::make(const Item& item) {
    for (;;) {
        const Looked<Entry> looked = find_or_make(item);
        if (looked.lookup != Lookup::dying) {
            return looked.entry;
        }
        // Only the other shards' sections, which are short, keep the epoch: few rounds are needed.
        participant_.leave();
        participant_.collect();
        participant_.enter();
    }
}

explained<void> LoadShard::check_kind(const Fact& fact) const {
    if (fact.number > Version::number_max || fact.value.size() > Version::bytes_max) {
        return failure(Error::corrupt, "no version of " + name_of(fact) + " is like that");
    }
    if (fact.kind == FactKind::record && engine_.schema.find(fact.record.kind) == nullptr) {
        return failure(
            Error::newer_format,
            "the data directory holds records of a kind that this program does not know");
    }
    if (fact.kind == FactKind::key && !fact.tombstone &&
        decode_remembered(as_byte_span(fact.value)).has_error()) {
        return failure(Error::corrupt, "the answer kept under " + name_of(fact) + " is cut short");
    }
    return {};
}

std::string LoadShard::name_of(const Fact& fact) {
    if (fact.kind == FactKind::key) {
        return "key " + hex_encode(as_byte_span(fact.key));
    }
    return "record " + std::to_string(static_cast<unsigned>(fact.record.kind)) + "/" +
           job::format_uuid(fact.record.id);
}

void LoadShard::make_lists() {
    if (failure_) {
        return;
    }
    try {
        lists_.sort();
        entries_.reserve(lists_.size());
        for (std::size_t place = 0; place < lists_.size(); ++place) {
            const OrderedIndex::Node* beside = entries_.empty() ? nullptr : entries_.back();
            OrderedIndex::Node* entry =
                OrderedIndex::make_apart(pool_, heights_, lists_[place], beside);
            if (entry == nullptr) {
                throw std::bad_alloc();
            }
            entries_.push_back(entry);
        }
        lists_.clear();
    } catch (const std::bad_alloc&) {
        failure_ = out_of_memory();
        failed_at_ = UINT64_MAX;
    }
}

explained<void> LoadShard::finish() {
    // Every other shard is between its sections, so each round ends the epoch: until all that is
    // dead is gone.
    while (participant_.waiting() != 0) {
        participant_.collect();
    }
    if (!missing_.empty()) {
        return failure(Error::corrupt, "the log moves " + *missing_.begin() +
                                           ", which neither the snapshot nor the log has made");
    }
    return {};
}

}  // namespace belay::store
