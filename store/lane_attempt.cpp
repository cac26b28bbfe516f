// The attempt of an operation: look, decide, prepare, swap, reserve, publish (design 4).
#include <algorithm>

#include "core/base/check.hpp"
#include "store/lane_state.hpp"
#include "store/lists.hpp"
#include "store/remembered.hpp"
#include "store/table/stop_point.hpp"

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
    newest_seen_ = 0;
    // The subjects before the key: who claims a key does so before it swaps the records, so whoever
    // saw such a swap will see the claim. The time last: not before that of anything seen.
    const bool subjects_still = load_subjects(operation, view);
    const bool key_still = load_key(operation, view);
    view.now = engine_.now();
    draft_.begin(operation.subjects_.size());
    operation.decide(view, draft_);
    if (draft_.empty()) {
        return is_one_moment(operation) ? Attempt::declined : Attempt::blocked;
    }
    if (!subjects_still || !key_still) {
        return Attempt::blocked;  // nobody builds on a pending version
    }
    return commit(operation, view.now);
}

/// A move is checked by its swaps. What is declined rests on all its subjects as they were at one
/// moment: if each head is still what was read when all were read, that moment was between. A head
/// that is pending will not do: of a transition of two records one version may have its LSN already
/// and the other not yet.
bool LaneState::is_one_moment(const Operation& operation) const {
    if (operation.subjects_.size() < 2) {
        return true;
    }
    for (std::size_t at = 0; at < operation.subjects_.size(); ++at) {
        const Found& found = subjects_[at];
        const Entry* entry =
            found.entry != nullptr ? found.entry : engine_.records.find(operation.subjects_[at]);
        if (entry != nullptr && entry->cell.newest() != found.version) {
            return false;
        }
    }
    return true;
}

bool LaneState::load_subjects(const Operation& operation, View& view) {
    bool still = true;
    for (std::size_t at = 0; at < operation.subjects_.size(); ++at) {
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
    view.subjects = std::span(views_.data(), operation.subjects_.size());
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
            const result<job::RememberedAnswer> remembered = decode_remembered(
                key_version_bytes(engine_.keys.packer(), *key_.version, remembered_));
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
    room_wanted_ = bytes + engine_.ring_reserve(operation.importance_);
    if (!engine_.ring().admit(room_wanted_)) {
        return Attempt::no_room;
    }
    if (const std::optional<Attempt> obstacle = prepare(operation)) {
        undo(0);
        return *obstacle;
    }
    if (!swap_all()) {
        return Attempt::blocked;
    }
    BELAY_STOP_POINT("lane.commit.swapped");
    // From here nothing can fail and nothing is called that could.
    const Lsn lsn = engine_.ring().reserve(bytes);
    BELAY_STOP_POINT("lane.commit.reserved");
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
    for (std::size_t at = 0; at < operation.subjects_.size(); ++at) {
        order[at] = at;
    }
    std::sort(order.begin(),
              order.begin() + static_cast<std::ptrdiff_t>(operation.subjects_.size()),
              [&](std::size_t left, std::size_t right) {
                  return operation.subjects_[left] < operation.subjects_[right];
              });
    for (std::size_t at = 0; at < operation.subjects_.size(); ++at) {
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

/// Everything that may fail, before the first swap. Nothing: the swaps may begin.
std::optional<LaneState::Attempt> LaneState::prepare(const Operation& operation) {
    for (std::size_t at = 0; at < moving_count_; ++at) {
        if (const std::optional<Attempt> obstacle = prepare_entry(operation, at)) {
            return obstacle;
        }
        if (!prepare_version(at) || !prepare_lists(at)) {
            return Attempt::exhausted;
        }
    }
    // For what publish queues and for what the settlements retire, two objects each.
    if (!due_.reserve(1) || !settlements_.reserve(moving_count_) ||
        !participant_.reserve(2 * (settlements_.size() + moving_count_))) {
        return Attempt::exhausted;
    }
    return std::nullopt;
}

std::optional<LaneState::Attempt> LaneState::wait_for(Lsn durable_above) {
    too_early_until_ = std::min(too_early_until_, durable_above);
    return Attempt::too_early;
}

/// Finds or makes the entry that is to be swapped.
std::optional<LaneState::Attempt> LaneState::prepare_entry(const Operation& operation,
                                                           std::size_t at) {
    Moving& moving = moving_[at];
    if (moving.expected != nullptr) {
        const Lsn durable = engine_.durable();
        if (is_crowded(*moving.entry, *moving.expected)) {
            return wait_for(durable);
        }
        if (!moving.expected->tombstone()) {
            return std::nullopt;
        }
        // What is being removed is not made anew until it is gone (settlement.hpp).
        return moving.expected->lsn() < durable ? Attempt::blocked
                                                : wait_for(moving.expected->lsn());
    }
    Lookup lookup = Lookup::exhausted;
    if (subject_of_[at] == key_subject) {
        const Looked<KeyRecord> looked = engine_.keys.find_or_make(participant_, key_name_);
        moving.entry = looked.entry;
        lookup = looked.lookup;
    } else {
        const Looked<Record> looked =
            engine_.records.find_or_make(participant_, operation.subjects_[subject_of_[at]]);
        moving.entry = looked.entry;
        lookup = looked.lookup;
    }
    moving.made_entry = lookup == Lookup::made;
    if (moving.entry != nullptr) {
        return std::nullopt;
    }
    return lookup == Lookup::exhausted ? Attempt::exhausted : Attempt::blocked;
}

bool LaneState::prepare_version(std::size_t at) {
    const Fact& fact = facts_[at];
    Moving& moving = moving_[at];
    if (fact.tombstone && fact.kind == FactKind::record) {
        moving.next = make_tombstone(pool_, fact.number, static_cast<Record&>(*moving.entry));
        return moving.next != nullptr;
    }
    Version::Shape shape;
    shape.number = fact.number;
    shape.tombstone = fact.tombstone;
    moving.next = fact.kind == FactKind::key
                      ? make_key_version(pool_, engine_.keys.packer(), shape,
                                         as_byte_span(fact.value), packed_)
                      : Version::make(pool_, shape, as_byte_span(fact.value));
    return moving.next != nullptr;
}

/// A new record goes into its lists before its swap: a list that leads to it is never late.
bool LaneState::prepare_lists(std::size_t at) {
    const Fact& fact = facts_[at];
    if (fact.kind != FactKind::record || !fact.create) {
        return true;
    }
    moving_[at].entered_lists = true;
    return enter_lists(engine_.schema, engine_.index, participant_, heights_, fact.record,
                       as_byte_span(fact.value));
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
        // Whoever leaves an entry without a version removes it, so that the last one does.
        if (moving.made_entry || (at < swapped && moving.expected == nullptr)) {
            unmake(at);
        }
        // Dead without a version: nobody has made the record, and nobody makes one of this name
        // before our section ends.
        if (moving.entered_lists && moving.entry->cell.is_dead()) {
            leave_lists(engine_.schema, engine_.index, participant_, facts_[at].record,
                        as_byte_span(facts_[at].value));
        }
        moving = {};
    }
}

/// Kills an entry that has no version, unless somebody has put one into it.
void LaneState::unmake(std::size_t at) {
    Entry& entry = *moving_[at].entry;
    if (facts_[at].kind == FactKind::key) {
        engine_.keys.kill(participant_, static_cast<KeyRecord&>(entry), nullptr);
    } else {
        engine_.records.kill(participant_, static_cast<Record&>(entry), nullptr);
    }
}

void LaneState::publish(WallTime now, Lsn lsn, std::size_t body_bytes) {
    for (std::size_t at = 0; at < moving_count_; ++at) {
        moving_[at].next->set_lsn(lsn);
    }
    encode_body(now, std::span(facts_.data(), moving_count_),
                {engine_.ring().body_at(lsn), body_bytes});
    BELAY_STOP_POINT("lane.publish.written");
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
            if (facts_[at].kind == FactKind::key) {
                settlement.key = static_cast<KeyRecord*>(moving.entry);
            }
        }
        if (settlement.replaced != nullptr) {
            settlements_.push(settlement);
        }
    }
}

/// Has the record nearly as many undurable versions as it may? Looked at seldom, since it means to
/// go back over all of them.
bool LaneState::is_crowded(const Entry& entry, const Version& newest) const {
    const Lsn durable = engine_.durable();
    if (newest.lsn() < durable || newest.number() % undurable_check_every != 0) {
        return false;
    }
    const Version* newest_durable = entry.cell.at(durable);
    const std::uint64_t base = newest_durable == nullptr ? 0 : newest_durable->number();
    return newest.number() - base + undurable_check_every >= limits::undurable_versions_max;
}

}  // namespace belay::store
