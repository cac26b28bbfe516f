#include "store/loader.hpp"

#include <algorithm>

#include "core/base/base64.hpp"
#include "store/remembered.hpp"

namespace belay::store {
namespace {

Failure out_of_memory() {
    return failure(Error::exhausted,
                   "there is not enough memory for what the data directory holds");
}

}  // namespace

Loader::Loader(Engine& engine)
    : engine_(engine),
      pool_(engine.pool),
      participant_(engine.epochs, pool_),
      heights_(engine.next_seed()) {}

explained<void> Loader::apply_snapshot_entry(Lsn lsn, const Fact& fact) {
    return apply(lsn, fact, true);
}

explained<void> Loader::apply_frame(ReplayedFrame& frame) {
    latest_time_ = std::max(latest_time_, frame.time);
    Fact fact;
    while (frame.facts.next(fact)) {
        if (auto applied = apply(frame.lsn, fact, false); applied.has_error()) {
            return applied.error();
        }
    }
    return {};
}

explained<void> Loader::apply(Lsn lsn, const Fact& fact, bool from_snapshot) {
    if (auto known = check_kind(fact); known.has_error()) {
        return known.error();
    }
    const Section section(participant_);
    const bool may_make = fact.create || from_snapshot;
    Entry* entry = entry_of(fact, may_make);
    if (entry == nullptr && may_make) {
        return out_of_memory();
    }
    if (entry == nullptr) {
        // Removed before the snapshot's walk came to it: its removal is still to come.
        if (fact.tombstone) {
            missing_.erase(name_of(fact));
        } else {
            missing_.insert(name_of(fact));
        }
        return {};
    }
    const Version* present = entry->cell.newest();
    if (present != nullptr && present->lsn() >= lsn) {
        return {};
    }
    Version* next = Version::make(
        pool_, {.number = fact.number, .size = 0, .tombstone = fact.tombstone, .lsn = lsn},
        as_byte_span(fact.value));
    if (next == nullptr) {
        return out_of_memory();
    }
    if (present != nullptr && fact.number != present->number() + 1) {
        Version::destroy(pool_, next);
        return failure(Error::corrupt, "the versions of " + name_of(fact) + " do not follow");
    }
    const bool was_live = present != nullptr && !present->tombstone();
    check(entry->cell.swap(present, next), "nobody else changes a record during a start");
    if (present != nullptr) {
        if (fact.tombstone && was_live && fact.kind == FactKind::record) {
            leave_lists(fact.record, present->bytes());
        }
        Version::retire(participant_, present);
    }
    if (fact.tombstone && fact.kind == FactKind::record) {
        removed_records_.push_back(static_cast<Record*>(entry));
    } else if (fact.tombstone) {
        removed_keys_.push_back(static_cast<KeyRecord*>(entry));
    } else if (fact.kind == FactKind::record && !was_live && !enter_lists(fact)) {
        return out_of_memory();
    }
    return {};
}

explained<void> Loader::check_kind(const Fact& fact) const {
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

Entry* Loader::entry_of(const Fact& fact, bool make) {
    if (fact.kind == FactKind::key) {
        const KeyName name = engine_.keys.key(fact.key);
        return make ? engine_.keys.find_or_make(participant_, name).entry : engine_.keys.find(name);
    }
    return make ? engine_.records.find_or_make(participant_, fact.record).entry
                : engine_.records.find(fact.record);
}

bool Loader::enter_lists(const Fact& fact) {
    for (const job::ListId& list :
         engine_.schema.memberships(fact.record.kind, as_byte_span(fact.value))) {
        if (engine_.index.insert(participant_, heights_, list, fact.record.id) ==
            Insert::exhausted) {
            return false;
        }
    }
    return true;
}

void Loader::leave_lists(const job::RecordId& id, ByteSpan value) {
    for (const job::ListId& list : engine_.schema.memberships(id.kind, value)) {
        engine_.index.erase(participant_, list, id.id);
    }
}

std::string Loader::name_of(const Fact& fact) {
    if (fact.kind == FactKind::key) {
        return "key " + hex_encode(as_byte_span(fact.key));
    }
    return "record " + std::to_string(static_cast<unsigned>(fact.record.kind)) + "/" +
           job::format_uuid(fact.record.id);
}

explained<void> Loader::finish() {
    if (!missing_.empty()) {
        return failure(Error::corrupt, "the log moves " + *missing_.begin() +
                                           ", which neither the snapshot nor the log has made");
    }
    const Section section(participant_);
    const auto bury = [&](auto& table, auto& entries) {
        for (auto* entry : entries) {
            const Version* last = entry->cell.newest();
            if (last->tombstone() && !entry->cell.is_dead()) {
                table.kill(participant_, *entry, last);
            }
        }
        entries.clear();
    };
    bury(engine_.records, removed_records_);
    bury(engine_.keys, removed_keys_);
    return {};
}

}  // namespace belay::store
