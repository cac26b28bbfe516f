// The attempt of an operation: look, decide, prepare, swap, reserve, publish (design 4).
#include <algorithm>

#include "core/base/check.hpp"
#include "store/lane_state.hpp"
#include "store/remembered.hpp"

namespace belay::store {
namespace {

constexpr std::size_t key_subject = limits::records_per_frame_max;

/// How often a chain of undurable versions is measured; the bound is kept to within this many.
constexpr std::uint64_t undurable_check_every = 256;

bool is_pending(const Entry* entry) {
    const Version* head = entry == nullptr ? nullptr : entry->cell.newest();
    return head != nullptr && head->pending();
}

}  // namespace

LaneState::Attempt LaneState::attempt(Operation& operation) {
    const Section section(participant_);
    View view;
    view.now = engine_.now();
    newest_seen_ = 0;
    // The subjects before the key: who claims a key does so before it swaps the records, so whoever
    // saw such a swap will see the claim.
    const bool subjects_still = load_subjects(operation, view);
    const bool key_still = load_key(operation, view);
    draft_.clear();
    operation.decide(view, draft_);
    if (draft_.empty()) {
        return Attempt::declined;
    }
    if (!subjects_still || !key_still) {
        return Attempt::blocked;  // nobody builds on a pending version
    }
    return commit(operation, view.now);
}

bool LaneState::load_subjects(const Operation& operation, View& view) {
    bool still = true;
    for (std::size_t at = 0; at < operation.subject_count_; ++at) {
        Record* record = engine_.records.find(operation.subjects_[at]);
        Found& found = subjects_[at];
        found = {record, nullptr};
        views_[at].reset();
        if (record == nullptr) {
            continue;
        }
        found.version = record->cell.newest_published();
        still = still && !is_pending(record);
        if (found.version == nullptr) {
            continue;
        }
        newest_seen_ = std::max(newest_seen_, found.version->lsn());
        if (!found.version->tombstone()) {
            views_[at] =
                RecordView{found.version->lsn(), found.version->number(), found.version->bytes()};
        }
    }
    view.subjects = std::span(views_.data(), operation.subject_count_);
    return still;
}

bool LaneState::load_key(const Operation& operation, View& view) {
    key_ = {};
    if (!operation.key_) {
        return true;
    }
    key_name_ = engine_.keys.key(*operation.key_);
    KeyRecord* record = engine_.keys.find(key_name_);
    if (record == nullptr) {
        return true;
    }
    key_ = {record, record->cell.newest_published()};
    if (key_.version != nullptr) {
        newest_seen_ = std::max(newest_seen_, key_.version->lsn());
        if (!key_.version->tombstone()) {
            const result<job::RememberedAnswer> remembered =
                decode_remembered(key_.version->bytes());
            check(remembered.has_value(), "a key's version holds a remembered answer");
            view.remembered = *remembered;
        }
    }
    return !is_pending(record);
}

LaneState::Attempt LaneState::commit(Operation& operation, WallTime now) {
    collect_moves(operation);
    const std::span<const Fact> facts(facts_.data(), moving_count_);
    const bool only_removes =
        std::all_of(facts.begin(), facts.end(), [](const Fact& fact) { return fact.tombstone; });
    if (!only_removes && !engine_.has_capacity(operation.importance_)) {
        return Attempt::exhausted;
    }
    const std::size_t body_bytes = encoded_body_bytes(facts);
    const std::size_t bytes = frame_bytes(body_bytes);
    check(bytes <= limits::frame_bytes_max, "a transition fits a frame");
    if (!engine_.ring().admit(bytes)) {
        room_wanted_ = bytes;
        return Attempt::no_room;
    }
    out_of_memory_ = false;
    for (std::size_t at = 0; at < moving_count_; ++at) {
        if (!prepare_entry(operation, at) || !prepare_version(at) || !enter_lists(at)) {
            undo(0);
            return out_of_memory_ ? Attempt::exhausted : Attempt::blocked;
        }
    }
    if (!participant_.reserve(moving_count_)) {
        undo(0);
        return Attempt::exhausted;
    }
    if (!swap_all()) {
        return Attempt::blocked;
    }
    // From here nothing can fail and nothing is called that could.
    const Lsn lsn = engine_.ring().reserve(bytes);
    publish(now, lsn, body_bytes);
    return Attempt::committed;
}

void LaneState::collect_moves(const Operation& operation) {
    moving_count_ = 0;
    const auto add = [&](std::size_t subject, const Draft::Part& part, const Found& found) {
        const bool lives = found.version != nullptr && !found.version->tombstone();
        Fact& fact = facts_[moving_count_];
        fact = {};
        fact.tombstone = part.move == Draft::Move::remove;
        fact.create = !fact.tombstone && !lives;
        fact.number = found.version == nullptr ? 1 : found.version->number() + 1;
        if (part.move == Draft::Move::put) {
            fact.value = std::string_view(draft_.bytes_).substr(part.offset, part.size);
        }
        check(!fact.tombstone || lives, "only what is there is removed");
        moving_[moving_count_] = {found.entry, found.version, nullptr, false};
        subject_of_[moving_count_] = subject;
        ++moving_count_;
        return &fact;
    };
    if (draft_.key_.move != Draft::Move::none) {
        check(operation.key_.has_value(), "an operation that claims a key names it");
        Fact* fact = add(key_subject, draft_.key_, key_);
        fact->kind = FactKind::key;
        fact->key = *operation.key_;
    }
    // In the order of their ids, whatever order the operation named them in: two operations never
    // hold one record each and wait for the other's.
    std::array<std::size_t, limits::records_per_frame_max> order{};
    for (std::size_t at = 0; at < operation.subject_count_; ++at) {
        order[at] = at;
    }
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(operation.subject_count_),
              [&](std::size_t left, std::size_t right) {
                  return operation.subjects_[left] < operation.subjects_[right];
              });
    for (std::size_t at = 0; at < operation.subject_count_; ++at) {
        const std::size_t subject = order[at];
        const Draft::Part& part = draft_.parts_[subject];
        if (part.move == Draft::Move::none) {
            continue;
        }
        Fact* fact = add(subject, part, subjects_[subject]);
        fact->kind = FactKind::record;
        fact->record = operation.subjects_[subject];
    }
}

bool LaneState::prepare_entry(const Operation& operation, std::size_t at) {
    Moving& moving = moving_[at];
    if (moving.expected != nullptr && too_many_undurable({moving.entry, moving.expected})) {
        return false;
    }
    if (subject_of_[at] == key_subject) {
        if (moving.entry == nullptr || moving.entry->cell.is_dead()) {
            const Looked<KeyRecord> looked = engine_.keys.find_or_make(participant_, key_name_);
            moving.entry = looked.entry;
            moving.expected = nullptr;
            facts_[at].number = 1;
            moving.made_entry = looked.lookup == Lookup::made;
            out_of_memory_ = looked.lookup == Lookup::exhausted;
        }
        return moving.entry != nullptr;
    }
    if (moving.expected != nullptr) {
        // A record that is being removed is not made anew until it is gone: its lists still have
        // it.
        return !moving.expected->tombstone();
    }
    const Looked<Record> looked =
        engine_.records.find_or_make(participant_, operation.subjects_[subject_of_[at]]);
    moving.entry = looked.entry;
    moving.made_entry = looked.lookup == Lookup::made;
    out_of_memory_ = looked.lookup == Lookup::exhausted;
    return moving.entry != nullptr;
}

bool LaneState::prepare_version(std::size_t at) {
    const Fact& fact = facts_[at];
    Version::Shape shape;
    shape.number = fact.number;
    shape.tombstone = fact.tombstone;
    moving_[at].next = Version::make(pool_, shape, as_byte_span(fact.value));
    out_of_memory_ = moving_[at].next == nullptr;
    return !out_of_memory_;
}

/// An entry goes into the lists before its record's swap: a list that shows the record can only be
/// late, never wrong.
bool LaneState::enter_lists(std::size_t at) {
    const Fact& fact = facts_[at];
    if (fact.kind != FactKind::record || !fact.create) {
        return true;
    }
    for (const job::ListId& list :
         engine_.schema.memberships(fact.record.kind, as_byte_span(fact.value))) {
        if (engine_.index.insert(participant_, heights_, list, fact.record.id) ==
            Insert::exhausted) {
            out_of_memory_ = true;
            return false;
        }
    }
    return true;
}

bool LaneState::swap_all() {
    for (std::size_t at = 0; at < moving_count_; ++at) {
        if (!moving_[at].entry->cell.swap(moving_[at].expected, moving_[at].next)) {
            undo(at);
            return false;
        }
    }
    return true;
}

/// Takes back an attempt of which the first `swapped` swaps were made, in reverse order.
void LaneState::undo(std::size_t swapped) {
    for (std::size_t at = moving_count_; at-- > 0;) {
        Moving& moving = moving_[at];
        if (at < swapped) {
            moving.entry->cell.put_back(moving.next);
            Version::retire(participant_, moving.next);
        } else if (moving.next != nullptr) {
            Version::destroy(pool_, moving.next);
        }
        if (moving.made_entry) {
            unmake(at);
        }
        moving = {};
    }
}

/// Removes the empty entry that the attempt made, unless somebody has put a version into it.
void LaneState::unmake(std::size_t at) {
    const Fact& fact = facts_[at];
    if (fact.kind == FactKind::key) {
        engine_.keys.kill(participant_, static_cast<KeyRecord&>(*moving_[at].entry), nullptr);
        return;
    }
    auto& record = static_cast<Record&>(*moving_[at].entry);
    if (engine_.records.kill(participant_, record, nullptr)) {
        leave_lists(record.id, as_byte_span(fact.value));
    }
}

void LaneState::publish(WallTime now, Lsn lsn, std::size_t body_bytes) {
    for (std::size_t at = 0; at < moving_count_; ++at) {
        moving_[at].next->set_lsn(lsn);
    }
    encode_body(now, std::span(facts_.data(), moving_count_),
                {engine_.ring().body_at(lsn), body_bytes});
    engine_.ring().publish(lsn, body_bytes);
    published_ = true;
    newest_seen_ = lsn;
    for (std::size_t at = 0; at < moving_count_; ++at) {
        const Moving& moving = moving_[at];
        Settlement settlement;
        settlement.after = lsn;
        settlement.replaced = moving.expected;
        if (facts_[at].tombstone) {
            settlement.tombstone = moving.next;
            if (facts_[at].kind == FactKind::record) {
                settlement.record = static_cast<Record*>(moving.entry);
            } else {
                settlement.key = static_cast<KeyRecord*>(moving.entry);
            }
        }
        if (settlement.replaced != nullptr || settlement.tombstone != nullptr) {
            settlements_.push(settlement);
        }
    }
}

bool LaneState::too_many_undurable(const Found& found) const {
    const Lsn durable = engine_.durable();
    if (found.version->lsn() < durable || found.version->number() % undurable_check_every != 0) {
        return false;
    }
    const Version* newest_durable = found.entry->cell.at(durable);
    const std::uint64_t base = newest_durable == nullptr ? 0 : newest_durable->number();
    return found.version->number() - base + undurable_check_every >= limits::undurable_versions_max;
}

}  // namespace belay::store
