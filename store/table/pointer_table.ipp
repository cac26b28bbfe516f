// The operations of pointer_table.hpp, which includes this file; (1) to (5) are the claims there.
#pragma once

namespace belay::store {

template <class Traits>
PointerTable<Traits>::PointerTable(Pool& pool, std::size_t capacity) : pool_(pool) {
    PointerArray* first =
        PointerArray::make(std::bit_ceil(std::max(capacity, PointerArray::chunk)));
    check(first != nullptr, "no memory for the first slots of a table");
    slot_bytes_.store(first->bytes(), std::memory_order_relaxed);
    root_.store(first, std::memory_order_release);
}

template <class Traits>
PointerTable<Traits>::~PointerTable() {
    PoolLane lane(pool_);
    PointerArray* array = root_.load(std::memory_order_acquire);
    while (array != nullptr) {
        PointerArray* next = array->next.load(std::memory_order_acquire);
        for (std::size_t index = 0; index < array->capacity(); ++index) {
            const std::uint64_t word = array->at(index).load(std::memory_order_acquire);
            // What is frozen was carried on: a chunk is moved whole before its mover returns.
            if (slot::has_pointer(word) && !slot::is_frozen(word)) {
                Traits::destroy(lane, node_in(word));
            }
        }
        PointerArray::destroy(array);
        array = next;
    }
}

template <class Traits>
void PointerTable<Traits>::expect(std::size_t nodes) {
    PointerArray* array = root_.load(std::memory_order_acquire);
    check(size() == 0 && array->next.load(std::memory_order_acquire) == nullptr,
          "a table is told what to expect while it is empty");
    const std::size_t capacity = std::bit_ceil(nodes * 100 / load_max_percent + 1);
    PointerArray* larger = capacity > array->capacity() ? PointerArray::make(capacity) : nullptr;
    if (larger == nullptr) {
        return;
    }
    // Relaxed, as everywhere: a figure. Release at the root: pairs with its acquire in every use.
    slot_bytes_.fetch_add(larger->bytes() - array->bytes(), std::memory_order_relaxed);
    root_.store(larger, std::memory_order_release);
    PointerArray::destroy(array);
}

template <class Traits>
std::uint64_t PointerTable<Traits>::word_of(const Node& node, std::uint64_t hash) noexcept {
    const auto address = reinterpret_cast<std::uint64_t>(&node);
    check((address & ~slot::pointer_mask) == 0, "a node's address fits a slot");
    return (hash << slot::tag_shift) | address;
}

template <class Traits>
bool PointerTable<Traits>::used_above(const PointerArray& array, std::size_t percent) noexcept {
    // Relaxed: it decides only when to grow.
    return array.used.load(std::memory_order_relaxed) > array.capacity() * percent / 100;
}

template <class Traits>
auto PointerTable<Traits>::find(std::uint64_t hash, const Key& key) const -> Node* {
    const PointerArray* array = root_.load(std::memory_order_acquire);
    while (array != nullptr) {
        const std::size_t home = array->home(hash);
        for (std::size_t step = 0; step < array->capacity(); ++step) {
            const std::uint64_t word = array->at(home + step).load(std::memory_order_acquire);
            if (slot::is_empty(word)) {
                if (!slot::is_frozen(word)) {
                    return nullptr;
                }
                break;
            }
            if (slot::has_pointer(word) && slot::has_tag_of(word, hash) &&
                Traits::matches(*node_in(word), hash, key)) {
                return node_in(word);
            }
        }
        BELAY_STOP_POINT("table.find.before_next");
        array = array->next.load(std::memory_order_acquire);
    }
    return nullptr;
}

template <class Traits>
auto PointerTable<Traits>::find_or_insert(Participant& by, std::uint64_t hash, const Key& key)
    -> Place {
    check(by.in_section(), "a table is used inside a section");
    Node* mine = nullptr;
    Place place{nullptr, false};
    PointerArray* array = root_.load(std::memory_order_acquire);
    Step step = Step::go_on;
    while (array != nullptr && step == Step::go_on) {
        step = insert_in(by, *array, hash, key, mine, place);
        if (step == Step::go_on) {
            // There is a next array behind an empty slot that is frozen; behind an array without
            // any empty slot there may be none yet.
            array = grow(*array);
        }
    }
    if (mine != nullptr && !place.made) {
        Traits::destroy(by.pool(), mine);  // nobody has seen it
    }
    return place;
}

/// Probes one array; `mine` is the new node, as soon as there is one.
template <class Traits>
auto PointerTable<Traits>::insert_in(Participant& by, PointerArray& array, std::uint64_t hash,
                                     const Key& key, Node*& mine, Place& place) -> Step {
    const std::size_t home = array.home(hash);
    for (std::size_t step = 0; step < array.capacity(); ++step) {
        const auto at = array.at(home + step);
        std::uint64_t word = at.load(std::memory_order_acquire);
        if (word == slot::empty) {
            if (mine == nullptr) {
                if (used_above(array, refuse_min_percent) && grow(array) == nullptr) {
                    return Step::exhausted;
                }
                mine = Traits::make(by.pool(), hash, key);
                if (mine == nullptr) {
                    return Step::exhausted;
                }
            }
            BELAY_STOP_POINT("table.insert.before_cas");
            // Release: who loads the pointer sees the node. Acquire on failure: the slot then holds
            // somebody else's node, or is frozen.
            if (at.compare_exchange_strong(word, word_of(*mine, hash), std::memory_order_release,
                                           std::memory_order_acquire)) {
                place = {mine, true};
                inserted(by, array);
                return Step::answered;
            }
        }
        if (slot::is_empty(word)) {
            return Step::go_on;  // frozen: a failed exchange has seen it leave "empty"
        }
        if (slot::has_pointer(word) && slot::has_tag_of(word, hash) &&
            Traits::matches(*node_in(word), hash, key)) {
            place = {node_in(word), false};
            return Step::answered;
        }
    }
    return Step::go_on;
}

template <class Traits>
void PointerTable<Traits>::inserted(Participant& by, PointerArray& array) {
    count_.add(by.index(), 1);
    array.used.fetch_add(1, std::memory_order_relaxed);
    if (used_above(array, load_max_percent)) {
        grow(array);
    }
    help(by);
}

/// The array behind `array`, made if there is none; nullptr when there is no memory for it.
template <class Traits>
PointerArray* PointerTable<Traits>::grow(PointerArray& array) noexcept {
    PointerArray* next = array.next.load(std::memory_order_acquire);
    if (next != nullptr) {
        return next;
    }
    PointerArray* fresh = PointerArray::make(next_capacity(array));
    if (fresh == nullptr) {
        // Another thread may have had more luck.
        return array.next.load(std::memory_order_acquire);
    }
    BELAY_STOP_POINT("table.grow.before_cas");
    // Release: who loads `next` sees the array. Acquire on failure: a rival's array.
    if (array.next.compare_exchange_strong(next, fresh, std::memory_order_release,
                                           std::memory_order_acquire)) {
        slot_bytes_.fetch_add(fresh->bytes(), std::memory_order_relaxed);
        return fresh;
    }
    PointerArray::destroy(fresh);
    return next;
}

template <class Traits>
std::size_t PointerTable<Traits>::next_capacity(const PointerArray& array) const noexcept {
    const bool mostly_removed = size() < array.capacity() * live_min_percent / 100;
    return array.capacity() * (mostly_removed ? 1 : 2);
}

template <class Traits>
std::size_t PointerTable<Traits>::growth_bytes(const Participant& by) const noexcept {
    check(by.in_section(), "a table is used inside a section");
    const PointerArray* last = root_.load(std::memory_order_acquire);
    while (const PointerArray* next = last->next.load(std::memory_order_acquire)) {
        last = next;
    }
    return used_above(*last, growth_near_percent) ? next_capacity(*last) * sizeof(std::uint64_t)
                                                  : 0;
}

/// Moves one chunk of each array that is being replaced: one array, unless a mover was stopped.
template <class Traits>
void PointerTable<Traits>::help(Participant& by) {
    PointerArray* array = root_.load(std::memory_order_acquire);
    PointerArray* next = array->next.load(std::memory_order_acquire);
    if (next == nullptr) {
        return;
    }
    while (next != nullptr) {
        move_chunk(*array);
        array = next;
        next = array->next.load(std::memory_order_acquire);
    }
    advance_root(by);
}

template <class Traits>
void PointerTable<Traits>::move_chunk(PointerArray& array) noexcept {
    // Relaxed: the claim is only about who; what is moved is ordered by the slots themselves.
    // Loaded first, so that the counter does not grow without end.
    if (array.chunks_claimed.load(std::memory_order_relaxed) >= array.chunks()) {
        return;
    }
    const std::size_t claimed = array.chunks_claimed.fetch_add(1, std::memory_order_relaxed);
    if (claimed >= array.chunks()) {
        return;
    }
    PointerArray* next = array.next.load(std::memory_order_acquire);
    // All nodes at once: each is a line of memory that nobody has looked at for long.
    for (std::size_t step = 0; step < PointerArray::chunk; ++step) {
        // Relaxed: an address for the processor, nothing is read through it here.
        __builtin_prefetch(node_in(
            array.at(claimed * PointerArray::chunk + step).load(std::memory_order_relaxed)));
    }
    for (std::size_t step = 0; step < PointerArray::chunk; ++step) {
        BELAY_STOP_POINT("table.move.before_freeze");
        // Acquire: the node, to read its hash. Release: who sees the slot frozen sees `next`.
        const std::uint64_t word = array.at(claimed * PointerArray::chunk + step)
                                       .fetch_or(slot::frozen, std::memory_order_acq_rel);
        BELAY_STOP_POINT("table.move.frozen");
        if (slot::has_pointer(word)) {
            carry(next, Traits::hash(*node_in(word)), word);
        }
    }
    BELAY_STOP_POINT("table.move.before_done");
    // Release, pairs with all_moved. Acquire is not needed for this chunk, but a release sequence
    // of read-modify-writes carries on those of the other movers.
    array.chunks_moved.fetch_add(1, std::memory_order_release);
}

/// Puts a pointer, which is in no array behind the one it comes from, into `array` or further.
template <class Traits>
void PointerTable<Traits>::carry(PointerArray* array, std::uint64_t hash,
                                 std::uint64_t word) noexcept {
    while (array != nullptr) {
        const std::size_t home = array->home(hash);
        for (std::size_t step = 0; step < array->capacity(); ++step) {
            const auto at = array->at(home + step);
            std::uint64_t seen = at.load(std::memory_order_relaxed);
            BELAY_STOP_POINT("table.carry.before_cas");
            // Release: the node, for who finds it here. On failure the slot is somebody's or
            // frozen; acquire for the latter's `next`.
            if (seen == slot::empty &&
                at.compare_exchange_strong(seen, word, std::memory_order_release,
                                           std::memory_order_acquire)) {
                array->used.fetch_add(1, std::memory_order_relaxed);
                return;
            }
            if (slot::is_empty(seen)) {
                break;
            }
        }
        array = grow(*array);
    }
    // Insertions stop at refuse_min_percent when an array cannot grow, so that there is room.
    check(false, "no memory to finish the growth of a table");
}

template <class Traits>
void PointerTable<Traits>::advance_root(Participant& by) {
    // Movers of two arrays may each miss that the other is done; the next helper sees both.
    PointerArray* root = root_.load(std::memory_order_acquire);
    for (;;) {
        PointerArray* next = root->next.load(std::memory_order_acquire);
        if (next == nullptr || !root->all_moved()) {
            return;
        }
        BELAY_STOP_POINT("table.advance.before_cas");
        // Release: who begins at `next` sees all that was moved there (all_moved: acquire).
        if (root_.compare_exchange_strong(root, next, std::memory_order_acq_rel,
                                          std::memory_order_acquire)) {
            by.retire(root, this, &PointerTable::free_array);
            root = next;
        }
    }
}

template <class Traits>
void PointerTable<Traits>::free_array(Participant&, void* context, void* object) {
    auto* array = static_cast<PointerArray*>(object);
    static_cast<PointerTable*>(context)->slot_bytes_.fetch_sub(array->bytes(),
                                                               std::memory_order_relaxed);
    PointerArray::destroy(array);
}

template <class Traits>
Unlink PointerTable<Traits>::unlink(Participant& by, std::uint64_t hash, const Node& node) {
    check(by.in_section(), "a table is used inside a section");
    const std::uint64_t wanted = word_of(node, hash);
    const PointerArray* array = root_.load(std::memory_order_acquire);
    const std::size_t home = array->home(hash);
    // A round without any empty slot ends like one with a frozen one.
    Unlink answer =
        array->next.load(std::memory_order_acquire) == nullptr ? Unlink::absent : Unlink::later;
    for (std::size_t step = 0; step < array->capacity(); ++step) {
        const auto at = array->at(home + step);
        std::uint64_t word = at.load(std::memory_order_acquire);
        if (word == wanted) {
            BELAY_STOP_POINT("table.unlink.before_cas");
            // Release: a mover that freezes the slot after it does not carry the pointer, and who
            // sees the key absent sees what the remover did before.
            if (at.compare_exchange_strong(word, slot::removed, std::memory_order_release,
                                           std::memory_order_acquire)) {
                count_.add(by.index(), -1);
                return Unlink::unlinked;
            }
            // Frozen meanwhile, or a rival has unlinked it.
            answer = word == slot::removed ? Unlink::absent : Unlink::later;
            break;
        }
        if (word == slot::empty) {
            answer = Unlink::absent;
            break;
        }
        if (word == (wanted | slot::frozen) || slot::is_empty(word)) {
            answer = Unlink::later;
            break;
        }
    }
    if (answer == Unlink::later) {
        help(by);
    }
    return answer;
}

template <class Traits>
void PointerTable<Traits>::prefetch(std::uint64_t hash) const noexcept {
    const PointerArray* array = root_.load(std::memory_order_acquire);
    array->prefetch(array->home(hash));
}

template <class Traits>
void PointerTable<Traits>::prefetch_node(std::uint64_t hash) const noexcept {
    constexpr std::size_t line_bytes = 64;
    // Nothing is read through it here.
    const auto* node = reinterpret_cast<const char*>(probable(hash));
    if (node == nullptr) {
        return;
    }
    for (std::size_t offset = 0; offset < Traits::bytes_read; offset += line_bytes) {
        __builtin_prefetch(node + offset);
    }
    // A node begins anywhere in a line.
    __builtin_prefetch(node + Traits::bytes_read - 1);
}

template <class Traits>
auto PointerTable<Traits>::probable(std::uint64_t hash) const noexcept -> const Node* {
    const PointerArray* array = root_.load(std::memory_order_acquire);
    const std::size_t home = array->home(hash);
    for (std::size_t step = 0; step < probable_steps; ++step) {
        const std::uint64_t word = array->at(home + step).load(std::memory_order_acquire);
        if (slot::is_empty(word)) {
            return nullptr;
        }
        if (slot::has_pointer(word) && slot::has_tag_of(word, hash)) {
            return node_in(word);
        }
    }
    return nullptr;
}

template <class Traits>
bool PointerTable<Traits>::walk(Cursor& cursor, std::size_t slots,
                                FunctionRef<void(Node&)> visit) const {
    if (cursor.done) {
        return false;
    }
    // A run ends at an empty slot. Nodes whose home is before it are not behind it in this array:
    // they are in the run, or were put into an array behind, because of a frozen empty slot.
    const PointerArray* array = root_.load(std::memory_order_acquire);
    const std::size_t first = array->home(cursor.hash);
    const std::size_t count = std::min(std::max<std::size_t>(slots, 1), array->capacity() - first);
    const std::size_t end = visit_run(*array, cursor.hash, first + count, visit);
    const bool done = end >= array->capacity();
    const std::uint64_t next_hash = done ? 0 : array->first_hash(end);
    for (;;) {
        BELAY_STOP_POINT("table.walk.before_next");
        array = array->next.load(std::memory_order_acquire);
        if (array == nullptr) {
            break;
        }
        visit_run(*array, cursor.hash, done ? array->capacity() : array->home(next_hash), visit);
    }
    cursor = {next_hash, done};
    return !done;
}

/// Visits the nodes with a hash from `from` on in the slots from their home to the first empty slot
/// at or after `end`; gives that slot, counted on beyond the end of the array.
template <class Traits>
std::size_t PointerTable<Traits>::visit_run(const PointerArray& array, std::uint64_t from,
                                            std::size_t end, FunctionRef<void(Node&)> visit) const {
    const std::size_t first = array.home(from);
    std::size_t index = first;
    // At most one round, and to the end: a full array has no empty slot.
    for (; index < std::max(end, first + array.capacity()); ++index) {
        const std::uint64_t word = array.at(index).load(std::memory_order_acquire);
        if (slot::is_empty(word) && index >= end) {
            break;
        }
        if (slot::has_pointer(word) && Traits::hash(*node_in(word)) >= from) {
            visit(*node_in(word));
        }
    }
    return index;
}

}  // namespace belay::store
