#include "store/table/ordered_index.hpp"

#include <bit>
#include <new>

#include "core/base/check.hpp"
#include "store/table/ordered_node.hpp"
#include "store/table/stop_point.hpp"

namespace belay::store {
namespace {

constexpr std::uintptr_t mark = 1;

constexpr bool is_marked(std::uintptr_t link) noexcept {
    return (link & mark) != 0;
}

}  // namespace

unsigned Heights::next() noexcept {
    // splitmix64: two bits for each level.
    state_ += 0x9e37'79b9'7f4a'7c15;
    std::uint64_t bits = state_;
    bits = (bits ^ (bits >> 30)) * 0xbf58'476d'1ce4'e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d0'49bb'1331'11eb;
    bits ^= bits >> 31;
    constexpr std::uint64_t limit = std::uint64_t{1} << (2 * (max - 1));
    return 1 + static_cast<unsigned>(std::countr_zero(bits | limit)) / 2;
}

OrderedIndex::~OrderedIndex() {
    PoolLane lane(pool_);
    // Acquire, as in every search: pairs with the release that linked the node.
    auto* node = reinterpret_cast<Node*>(head_[0].load(std::memory_order_acquire));
    while (node != nullptr) {
        const std::uintptr_t next = node->tower()[0].load(std::memory_order_acquire);
        check(!is_marked(next), "an index ends after the operations on it");
        free(lane, node);
        node = reinterpret_cast<Node*>(next);
    }
}

/// Finds where `key` belongs and unlinks every marked node on the way. Gives the node of the key
/// that is linked and not marked at level 0, if there is one.
auto OrderedIndex::search(const Key& key, Place& place) const noexcept -> Node* {
    while (!try_search(key, place)) {
    }
    Node* next = place.nexts[0];
    return next != nullptr && Order(key).of(*next) == 0 ? next : nullptr;
}

/// False if a neighbour was changed by another thread, which thereby got on.
bool OrderedIndex::try_search(const Key& key, Place& place) const noexcept {
    Link* tower = head_.data();
    Order order(key);
    for (unsigned level = Heights::max; level-- > 0;) {
        // Acquire at every link: who follows it sees the node.
        std::uintptr_t link = tower[level].load(std::memory_order_acquire);
        if (is_marked(link)) {
            return false;  // the node on whose tower we came down is being erased
        }
        for (;;) {
            auto* node = reinterpret_cast<Node*>(link);
            if (node == nullptr) {
                break;
            }
            const std::uintptr_t after = node->tower()[level].load(std::memory_order_acquire);
            if (is_marked(after)) {
                BELAY_STOP_POINT("index.search.before_unlink");
                // Release: the node after it was seen through a link that is not ours, and who
                // follows ours must see it as well.
                if (!tower[level].compare_exchange_strong(link, after & ~mark,
                                                          std::memory_order_acq_rel,
                                                          std::memory_order_relaxed)) {
                    return false;
                }
                link = after & ~mark;
                continue;
            }
            if (order.of(*node) >= 0) {
                break;
            }
            tower = node->tower();
            link = after;
        }
        place.towers[level] = tower;
        place.nexts[level] = reinterpret_cast<Node*>(link);
    }
    return true;
}

Insert OrderedIndex::insert(Participant& by, Heights& heights, const job::ListId& list,
                            const job::Uuid& id) {
    check(by.in_section(), "an index is used inside a section");
    note_use(list);
    const Key key{list, id};
    Place place;
    if (search(key, place) != nullptr) {
        return Insert::exists;
    }
    const unsigned height = heights.next();
    Node* node = make(by.pool(), key, height, name_beside(key, place));
    if (node == nullptr) {
        return Insert::exhausted;
    }
    for (;;) {
        for (unsigned level = 0; level < height; ++level) {
            // Relaxed: nobody else sees the node before the release below.
            node->tower()[level].store(reinterpret_cast<std::uintptr_t>(place.nexts[level]),
                                       std::memory_order_relaxed);
        }
        auto expected = reinterpret_cast<std::uintptr_t>(place.nexts[0]);
        BELAY_STOP_POINT("index.insert.before_cas");
        // From here the entry is in. Release: the node. It fails if the tower's node is marked or
        // has another neighbour, so no entry of the same key can have come in between.
        if (place.towers[0][0].compare_exchange_strong(
                expected, reinterpret_cast<std::uintptr_t>(node), std::memory_order_release,
                std::memory_order_relaxed)) {
            break;
        }
        if (search(key, place) != nullptr) {
            free(by.pool(), node);  // nobody has seen it
            return Insert::exists;
        }
    }
    count_.add(by.index(), 1);
    link_above(*node, key, place);
    let_go(by, *node);
    return Insert::inserted;
}

/// The name of the key's list, if one of the neighbours has it.
auto OrderedIndex::name_beside(const Key& key, const Place& place) const noexcept -> SharedName* {
    const auto name_of = [&](const Node& node) {
        SharedName& name = node.name();
        return name.list == key.list ? &name : nullptr;
    };
    if (place.nexts[0] != nullptr) {
        if (SharedName* name = name_of(*place.nexts[0])) {
            return name;
        }
    }
    return place.towers[0] == head_.data() ? nullptr : name_of(Node::of_tower(place.towers[0]));
}

/// With the name `shared`, which an entry has that the caller may look at, or one of its own if
/// that is nullptr. nullptr when there is no memory.
auto OrderedIndex::make(PoolLane& pool, const Key& key, unsigned height, SharedName* shared,
                        std::uint64_t holders) -> Node* {
    void* memory = pool.allocate(Node::bytes(height));
    if (memory == nullptr) {
        return nullptr;
    }
    SharedName* name = shared;
    if (name != nullptr) {
        // Relaxed: the entry that has it keeps it, until the caller's section ends.
        name->entries.fetch_add(1, std::memory_order_relaxed);
    } else {
        void* of_name = pool.allocate(sizeof(SharedName));
        if (of_name == nullptr) {
            pool.release(memory, Node::bytes(height));
            return nullptr;
        }
        name = new (of_name) SharedName{key.list};
    }
    return new (memory) Node(*name, key.id, height, holders);
}

void OrderedIndex::free(PoolLane& pool, Node* node) {
    SharedName& name = node->name();
    pool.release(node, Node::bytes(node->height()));
    // Acquire and release: whoever frees the name comes after all others' looks at it.
    if (name.entries.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        pool.release(&name, sizeof(SharedName));
    }
}

auto OrderedIndex::make_apart(PoolLane& pool, Heights& heights, const Key& key, const Node* beside)
    -> Node* {
    SharedName* name =
        beside != nullptr && beside->name().list == key.list ? &beside->name() : nullptr;
    // Its inserter has done its part when it is in.
    return make(pool, key, heights.next(), name, 1);
}

void OrderedIndex::destroy_apart(PoolLane& pool, Node* node) {
    free(pool, node);
}

bool OrderedIndex::before(const Node& one, const Node& other) noexcept {
    const SharedName& name = one.name();
    const int by_list = &name == &other.name() ? 0 : Order::by_list(name.list, other.name().list);
    return (by_list != 0 ? by_list : Order::by_id(one.id, other.id)) < 0;
}

void OrderedIndex::put_first(Participant& by, Node& node) {
    // Relaxed, here and below: nobody else is there, and who comes later is told of the start's end
    // by something that orders all of it.
    const auto* first = reinterpret_cast<const Node*>(head_[0].load(std::memory_order_relaxed));
    check(first == nullptr || before(node, *first), "an index is filled from its end");
    note_use(node.name().list);
    const unsigned height = node.height();
    for (unsigned level = 0; level < height; ++level) {
        // Relaxed: as above.
        node.tower()[level].store(head_[level].load(std::memory_order_relaxed),
                                  std::memory_order_relaxed);
        head_[level].store(reinterpret_cast<std::uintptr_t>(&node), std::memory_order_relaxed);
    }
    count_.add(by.index(), 1);
}

/// Links an entry, which is in at level 0, into its other levels, or as many as it gets to before
/// it is erased again.
void OrderedIndex::link_above(Node& node, const Key& key, Place& place) noexcept {
    const unsigned height = node.height();
    for (unsigned level = 1; level < height; ++level) {
        for (;;) {
            auto next = reinterpret_cast<std::uintptr_t>(place.nexts[level]);
            // Acquire on failure: not needed for more than the mark.
            std::uintptr_t old = node.tower()[level].load(std::memory_order_relaxed);
            if (is_marked(old) || (old != next && !node.tower()[level].compare_exchange_strong(
                                                      old, next, std::memory_order_release,
                                                      std::memory_order_relaxed))) {
                return;  // only an eraser changes a link of a node that is not linked there
            }
            BELAY_STOP_POINT("index.link.before_cas");
            if (place.towers[level][level].compare_exchange_strong(
                    next, reinterpret_cast<std::uintptr_t>(&node), std::memory_order_release,
                    std::memory_order_relaxed)) {
                break;
            }
            if (search(key, place) != &node) {
                return;  // erased
            }
        }
    }
}

bool OrderedIndex::erase(Participant& by, const job::ListId& list, const job::Uuid& id) {
    check(by.in_section(), "an index is used inside a section");
    Place place;
    Node* node = search({list, id}, place);
    if (node == nullptr) {
        return false;
    }
    for (unsigned level = node->height(); level-- > 1;) {
        // Release as at level 0; several erasers may set the same mark.
        node->tower()[level].fetch_or(mark, std::memory_order_release);
        BELAY_STOP_POINT("index.erase.marked_above");
    }
    // From here the entry is out. Who sets this mark has erased it. Acquire: what the inserter did.
    if (is_marked(node->tower()[0].fetch_or(mark, std::memory_order_acq_rel))) {
        return false;
    }
    BELAY_STOP_POINT("index.erase.marked");
    count_.add(by.index(), -1);
    search({list, id}, place);
    let_go(by, *node);
    return true;
}

/// The inserter's or the eraser's last act on a node.
void OrderedIndex::let_go(Participant& by, Node& node) noexcept {
    BELAY_STOP_POINT("index.let_go");
    if (!node.let_go()) {
        return;
    }
    Place place;
    search({node.name().list, node.id}, place);
    by.retire(&node, nullptr, [](Participant& to, void*, void* object) {
        free(to.pool(), static_cast<Node*>(object));
    });
}

/// The first entry, marked or not, that orders at or behind `key`, or only behind it.
auto OrderedIndex::first_from(const Key& key, bool behind_only) const noexcept -> const Node* {
    const Link* tower = head_.data();
    Order order(key);
    for (unsigned level = Heights::max;;) {
        --level;
        for (;;) {
            // Acquire: who follows a link sees the node.
            const std::uintptr_t link = tower[level].load(std::memory_order_acquire) & ~mark;
            const auto* node = reinterpret_cast<const Node*>(link);
            if (node == nullptr || order.of(*node) >= (behind_only ? 1 : 0)) {
                if (level == 0) {
                    return node;
                }
                break;
            }
            tower = node->tower();
        }
    }
}

void OrderedIndex::note_use(const job::ListId& list) noexcept {
    // Relaxed, here and in scan(): whoever must find an entry has acquired something that its
    // inserter released after this.
    if ((uses_.load(std::memory_order_relaxed) & use_of(list)) == 0) {
        uses_.fetch_or(use_of(list), std::memory_order_relaxed);
    }
}

void OrderedIndex::scan(const job::ListId& list, const std::optional<job::Uuid>& after,
                        FunctionRef<bool(const job::Uuid& id)> visit) const {
    if ((uses_.load(std::memory_order_relaxed) & use_of(list)) == 0) {
        return;
    }
    job::Uuid greatest;
    greatest.octets.fill(0xff);
    const Node* node = first_from({list, after.value_or(greatest)}, after.has_value());
    const SharedName* known = nullptr;  // to be the list's
    while (node != nullptr && (&node->name() == known || node->name().list == list)) {
        known = &node->name();
        // Acquire, pairs with the release that linked what follows.
        const std::uintptr_t link = node->tower()[0].load(std::memory_order_acquire);
        BELAY_STOP_POINT("index.scan.at_entry");
        if (!is_marked(link) && !visit(node->id)) {
            return;
        }
        node = reinterpret_cast<const Node*>(link & ~mark);
    }
}

}  // namespace belay::store
