#include "store/loader.hpp"

#include <algorithm>

#include "core/base/base64.hpp"
#include "store/lists.hpp"
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
    participant_.enter();
    Entry* entry = find(fact);
    if (entry == nullptr && (fact.create || from_snapshot)) {
        entry = make(fact);
        if (entry == nullptr) {
            participant_.leave();
            return out_of_memory();
        }
    }
    explained<void> applied;
    if (entry != nullptr) {
        applied = replace(lsn, fact, *entry);
    } else if (fact.tombstone) {
        missing_.erase(name_of(fact));
    } else {
        // Removed before the snapshot's walk came to it: its removal is still to come.
        missing_.insert(name_of(fact));
    }
    participant_.leave();
    return applied;
}

explained<void> Loader::replace(Lsn lsn, const Fact& fact, Entry& entry) {
    const Version* present = entry.cell.newest();
    if (present != nullptr && present->lsn() >= lsn) {
        return {};  // the snapshot's walk came later
    }
    if (present != nullptr && fact.number != present->number() + 1) {
        return failure(Error::corrupt, "the versions of " + name_of(fact) + " do not follow");
    }
    Version* next = Version::make(
        pool_, {.number = fact.number, .size = 0, .tombstone = fact.tombstone, .lsn = lsn},
        as_byte_span(fact.value));
    if (next == nullptr) {
        return out_of_memory();
    }
    check(entry.cell.swap(present, next), "nobody else changes a record during a start");
    if (present == nullptr && fact.kind == FactKind::record &&
        !enter_lists(engine_.schema, engine_.index, participant_, heights_, fact.record,
                     as_byte_span(fact.value))) {
        return out_of_memory();
    }
    if (fact.tombstone) {
        remove(fact, entry, *next);
    }
    if (present != nullptr) {
        Version::retire(participant_, present);
    }
    return {};
}

/// At once: nobody reads during a start. Only the table takes its time (Loader::make).
void Loader::remove(const Fact& fact, Entry& entry, const Version& tombstone) {
    if (fact.kind == FactKind::key) {
        engine_.keys.kill(participant_, static_cast<KeyRecord&>(entry), &tombstone);
        return;
    }
    leave_lists(engine_.schema, engine_.index, participant_, fact.record,
                tombstone.previous()->bytes());
    engine_.records.kill(participant_, static_cast<Record&>(entry), &tombstone);
}

/// What is dead is not there: if it is made again, its versions begin anew.
Entry* Loader::find(const Fact& fact) {
    Entry* entry = nullptr;
    if (fact.kind == FactKind::key) {
        entry = engine_.keys.find(engine_.keys.key(fact.key));
    } else {
        entry = engine_.records.find(fact.record);
    }
    return entry == nullptr || entry->cell.is_dead() ? nullptr : entry;
}

Looked<Entry> Loader::find_or_make(const Fact& fact) {
    if (fact.kind == FactKind::key) {
        const auto looked = engine_.keys.find_or_make(participant_, engine_.keys.key(fact.key));
        return {looked.lookup, looked.entry};
    }
    const auto looked = engine_.records.find_or_make(participant_, fact.record);
    return {looked.lookup, looked.entry};
}

/// nullptr when there is no memory. In a section, before and after.
Entry* Loader::make(const Fact& fact) {
    for (;;) {
        const Looked<Entry> looked = find_or_make(fact);
        if (looked.lookup != Lookup::dying) {
            return looked.entry;
        }
        // Each round ends the epoch, since nobody else is there: few are needed.
        participant_.leave();
        participant_.collect();
        participant_.enter();
    }
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

std::string Loader::name_of(const Fact& fact) {
    if (fact.kind == FactKind::key) {
        return "key " + hex_encode(as_byte_span(fact.key));
    }
    return "record " + std::to_string(static_cast<unsigned>(fact.record.kind)) + "/" +
           job::format_uuid(fact.record.id);
}

explained<void> Loader::finish() {
    // Nobody else is there, so each round ends the epoch: until all that is dead is gone.
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
