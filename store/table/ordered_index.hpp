// The lists: which records belong to a list, newest first. A lock-free ordered set of (list, id).
//
// An index only says where to look (design 4): an entry goes in before its record's swap and out
// after the move is durable, and a read checks every record it leads to.
//
// A skip list. Level 0 is a linked list of all entries in order; each entry is also in the lists of
// the levels below its height. An entry is erased when the mark (low bit) is set on its level-0
// link, which no insertion after it can get past; the marks of the higher levels are set before.
// Whoever searches past a marked entry unlinks it.
//
// When may an erased entry be retired? Only when it is out of every level for good, and its
// inserter may still be linking it into higher ones. So an entry has two holders, its inserter and
// its eraser, and the last of them to finish searches for it once more, which unlinks it from every
// level (all are marked, and nobody links it any more), and retires it.
//
// A scan walks level 0 and through marked entries. That is safe: an entry that a marked one points
// to can be retired only after the marked one was unlinked (a marked link no longer changes), so
// by epochs.hpp (B) a section that does not protect the one never meets the other.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "core/base/function_ref.hpp"
#include "core/job/ids.hpp"
#include "store/table/epochs.hpp"
#include "store/table/pool.hpp"
#include "store/table/striped_count.hpp"

namespace belay::store {

/// Draws the heights of entries: height h + 1 is four times rarer than h. One for each thread.
class Heights {
  public:
    static constexpr unsigned max = 16;  ///< enough for 4^16 entries

    explicit Heights(std::uint64_t seed) noexcept : state_(seed) {}

    /// From 1 to max.
    unsigned next() noexcept;

  private:
    std::uint64_t state_;
};

enum class Insert {
    inserted,
    exists,
    exhausted,  ///< no memory
};

/// Thread-safe, lock-free; all calls are made inside a section of the caller's participant. The
/// index outlives the epochs through which its entries are retired.
class OrderedIndex {
  public:
    struct Key {
        job::ListId list;
        job::Uuid id;

        friend bool operator==(const Key&, const Key&) = default;
    };

    /// The order of the index: by list, then newest first.
    static bool before(const Key& one, const Key& other) noexcept {
        if (one.list.list != other.list.list) {
            return one.list.list < other.list.list;
        }
        if (one.list.owner != other.list.owner) {
            return one.list.owner < other.list.owner;
        }
        return std::memcmp(&other.id, &one.id, sizeof(job::Uuid)) < 0;
    }

    explicit OrderedIndex(Pool& pool) noexcept : pool_(pool) {}
    ~OrderedIndex();
    OrderedIndex(const OrderedIndex&) = delete;
    OrderedIndex& operator=(const OrderedIndex&) = delete;

    Insert insert(Participant& by, Heights& heights, const job::ListId& list, const job::Uuid& id);

    class Node;

    /// For a start, while nobody else uses the index. `make_apart` makes an entry that is in no
    /// index yet, on any thread; nullptr when there is no memory. `beside` is one that was made
    /// before by the same thread, of the same list if there is one, or nullptr. `put_first` enters
    /// such entries, each before everything that is in the index (checked), without a search.
    static Node* make_apart(PoolLane& pool, Heights& heights, const Key& key, const Node* beside);
    void put_first(Participant& by, Node& node);

    /// Of an entry that is not entered any more.
    static void destroy_apart(PoolLane& pool, Node* node);

    static bool before(const Node& one, const Node& other) noexcept;

    /// False if it is not there.
    bool erase(Participant& by, const job::ListId& list, const job::Uuid& id);

    /// Calls `visit` with the ids of a list, newest (greatest) first, from the one after `after` or
    /// from the newest, until it returns false or the list ends. What is in the list from before
    /// the call to after it is visited exactly once, in order; what comes or goes meanwhile, at
    /// most once. To leave the section in between, stop, and scan again after the last id seen.
    void scan(const job::ListId& list, const std::optional<job::Uuid>& after,
              FunctionRef<bool(const job::Uuid& id)> visit) const;

    std::size_t size() const noexcept { return count_.sum(); }

  private:
    struct SharedName;
    class Order;

    /// A pointer to the next Node of a level, with the mark of the node that the link belongs to.
    using Link = std::atomic<std::uintptr_t>;
    /// Where a key belongs: at each level the tower (array of links) before it, and what follows.
    struct Place {
        std::array<Link*, Heights::max> towers;
        std::array<Node*, Heights::max> nexts;
    };

    /// Of a list and all others whose number ends in the same six bits.
    static std::uint64_t use_of(const job::ListId& list) noexcept {
        return std::uint64_t{1} << (list.list % 64);
    }
    /// Before the first entry of a list goes in.
    void note_use(const job::ListId& list) noexcept;

    static Node* make(PoolLane& pool, const Key& key, unsigned height, SharedName* shared,
                      std::uint64_t holders = 2);
    static void free(PoolLane& pool, Node* node);
    SharedName* name_beside(const Key& key, const Place& place) const noexcept;
    Node* search(const Key& key, Place& place) const noexcept;
    bool try_search(const Key& key, Place& place) const noexcept;
    void link_above(Node& node, const Key& key, Place& place) noexcept;
    void let_go(Participant& by, Node& node) noexcept;
    const Node* first_from(const Key& key, bool behind_only) const noexcept;

    Pool& pool_;
    StripedCount count_;
    /// A bit for each list number that has ever had an entry: what nobody uses (no webhook is
    /// registered at all) is not searched for, and every cancel asks.
    std::atomic<std::uint64_t> uses_{0};
    /// The links of the list's head. Mutable: a search unlinks what is marked, also on behalf of
    /// callers that change nothing.
    mutable std::array<Link, Heights::max> head_{};
};

}  // namespace belay::store
