// A lock-free hash table of pointers to nodes. Nodes have stable addresses and carry their key; the
// table grows without a pause, moving only pointers.
//
// Open addressing, linear probing, an array of one-word slots (pointer_array.hpp). When an array is
// 60 % used, one of twice its size is hung behind it as `next` (or one of equal size, if most of it
// is removed nodes), and every insertion moves one chunk of 64 slots before it returns. A chunk is
// claimed by exactly one thread. A slot is moved by freezing it, which it survives as readable, and
// putting its pointer into `next`. When all chunks are moved, the root advances and the old array
// is retired. A thread stopped in the middle of a chunk keeps the root from advancing, and nothing
// else: the chain of arrays grows at its end as it must, and lookups follow it.
//
// All operations begin at the root. In each array they probe from the key's home, past pointers of
// other keys and removed slots, up to the key's node or an empty slot. An empty slot that is not
// frozen ends the operation in this array: a lookup answers "absent", an insertion takes it. A
// frozen empty one, or a whole round without an empty one, sends both on to `next`.
//
// Why this is linearizable. Write E, F for "empty" and "empty, frozen"; a slot leaves E once and F
// never, and takes at most one pointer in its life. For a key k, let p0, p1, … be its probe slots.
//  (1) In one array at most one node of k is inserted (that is not removed). Whoever inserts k at
//  pj
//      has seen p0 … p(j-1) neither E nor F and without k. If X takes pj and Y takes pi, i < j, X
//      has passed pi after Y took it (it was not E then), and saw Y's node.
//  (2) If X inserted k in an array A, nobody inserts k in an array behind A: going on would mean
//      to see an F (or no E) before or at X's slot: before it, X saw neither E nor F; and at it
//      there is X's pointer, which is k's node. The other way round: if X went on from A at the F
//      in pj (or after a round without E), then k is not put into A later: pj stays F, and the
//      slots before it had ceased to be empty. So of one key there is at most one node, wherever.
//  (3) Moving keeps (1) and (2): a pointer is put into `next` by the one claimer of its chunk,
//  after
//      the freeze, and by (2) no other node of k is there.
//  (4) A node is found from its insertion to its unlinking: in the array where it was inserted the
//      slots before it never become empty again. The root advances past an array only when all its
//      pointers are in the arrays behind it (done counter: release, acquire). "Absent" is answered
//      at the moment of reading E in pj of some array: a node of k in this array would be before
//      pj; in one behind it, it would have been moved there, and be before pj as well, or its
//      inserter would have gone past an F in some pi; i < j: passed by this lookup when it was not
//      F, thus E; it would have ended there; i = j: it reads E, so the insertion is later; i > j:
//      the inserter passed pj when it was not E, later than this read.
//  (5) A node is unlinked in one slot of the root, not frozen; it then is in no other: arrays
//      before the root are out of use, and what is not frozen has not been moved. A lookup under
//      way in an older array may still find it: it began when the node was in.
//
// Memory orders. Slot loads are acquire, slot writes release: who sees a pointer sees the node, who
// sees a frozen slot sees `next`. Root: the same. Everything else is named where it is.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/check.hpp"
#include "core/base/function_ref.hpp"
#include "store/table/epochs.hpp"
#include "store/table/pointer_array.hpp"
#include "store/table/pool.hpp"
#include "store/table/stop_point.hpp"
#include "store/table/striped_count.hpp"

namespace belay::store {

enum class Unlink {
    unlinked,
    absent,  ///< it was unlinked before
    later,   ///< it is being moved; try again in a later turn
};

/// `Traits` has
///   Node, Key
///   uint64_t hash(const Node&)                       the hash it was inserted with
///   bool matches(const Node&, uint64_t hash, const Key&)
///   Node* make(PoolLane&, uint64_t hash, const Key&)  nullptr when there is no memory
///   void destroy(PoolLane&, Node*)
///   size_t bytes_read                                of a node, by a lookup: what prefetch_node
///                                                    asks for
///
/// Thread-safe, lock-free. All calls are made inside a section of the caller's participant; node
/// pointers are valid to its end. The table outlives the epochs that its arrays are retired
/// through.
template <class Traits>
class PointerTable {
  public:
    using Node = typename Traits::Node;
    using Key = typename Traits::Key;

    /// A new node has `made`; no node: there is no memory.
    struct Place {
        Node* node;
        bool made;
    };

    /// How far a walk has come: everything with a lower hash has been visited. Valid for as long
    /// as the table, in and out of sections.
    struct Cursor {
        std::uint64_t hash = 0;
        bool done = false;
    };

    /// `capacity` is how many slots to begin with, rounded up to a power of two.
    PointerTable(Pool& pool, std::size_t capacity);
    /// Destroys the nodes that are in the table.
    ~PointerTable();
    PointerTable(const PointerTable&) = delete;
    PointerTable& operator=(const PointerTable&) = delete;

    /// Before anything is in it and while nobody else uses it (checked as far as it can be): takes
    /// the slots that so many nodes will come to need at once. Without the memory for it nothing
    /// changes.
    void expect(std::size_t nodes);

    Node* find(std::uint64_t hash, const Key& key) const;

    /// The node of the key, made if absent.
    Place find_or_insert(Participant& by, std::uint64_t hash, const Key& key);

    /// Takes `node` out. The caller retires it.
    Unlink unlink(Participant& by, std::uint64_t hash, const Node& node);

    /// Asks the processor for the slot, or (once that has come) for the node that it probably
    /// means.
    void prefetch(std::uint64_t hash) const noexcept;
    void prefetch_node(std::uint64_t hash) const noexcept;

    /// The node in one of the first slots of the search for this hash, if it may be the one;
    /// nullptr says nothing.
    const Node* probable(std::uint64_t hash) const noexcept;

    /// Goes on with a walk by about `slots` slots; false when it has come to its end. A walk from
    /// end to end visits every node that is in the table all the while at least once, however the
    /// table grows meanwhile; others perhaps. The caller may leave its section between two calls.
    bool walk(Cursor& cursor, std::size_t slots, FunctionRef<void(Node&)> visit) const;

    std::size_t size() const noexcept { return count_.sum(); }
    std::size_t capacity() const noexcept {
        return root_.load(std::memory_order_acquire)->capacity();
    }
    /// Memory of all slots, those of retired arrays included.
    std::size_t slot_bytes() const noexcept { return slot_bytes_.load(std::memory_order_relaxed); }
    /// What the slots will take more when the table grows, if that is near; else 0.
    std::size_t growth_bytes(const Participant& by) const noexcept;

  private:
    static constexpr std::size_t load_max_percent = 60;
    static constexpr std::size_t growth_near_percent = 50;
    static constexpr std::size_t live_min_percent = 30;    ///< below it, growth keeps the size
    static constexpr std::size_t refuse_min_percent = 75;  ///< if there is no memory to grow

    /// Few nodes are further from where their search begins; most of these slots are in the line
    /// that prefetch has asked for.
    static constexpr std::size_t probable_steps = 8;

    enum class Step { answered, go_on, exhausted };

    static std::uint64_t word_of(const Node& node, std::uint64_t hash) noexcept;
    static Node* node_in(std::uint64_t word) noexcept {
        return reinterpret_cast<Node*>(word & slot::pointer_mask);
    }
    static bool used_above(const PointerArray& array, std::size_t percent) noexcept;
    std::size_t next_capacity(const PointerArray& array) const noexcept;
    static void free_array(Participant& by, void* context, void* object);

    Step insert_in(Participant& by, PointerArray& array, std::uint64_t hash, const Key& key,
                   Node*& mine, Place& place);
    void inserted(Participant& by, PointerArray& array);
    PointerArray* grow(PointerArray& array) noexcept;
    void help(Participant& by);
    void move_chunk(PointerArray& array) noexcept;
    void carry(PointerArray* array, std::uint64_t hash, std::uint64_t word) noexcept;
    void advance_root(Participant& by);
    std::size_t visit_run(const PointerArray& array, std::uint64_t from, std::size_t end,
                          FunctionRef<void(Node&)> visit) const;

    Pool& pool_;
    alignas(64) std::atomic<PointerArray*> root_;
    /// Relaxed throughout: a figure for limits and metrics, it orders nothing.
    std::atomic<std::size_t> slot_bytes_{0};
    StripedCount count_;
};

}  // namespace belay::store

#include "store/table/pointer_table.ipp"
