// The nodes of an ordered index, and their order. Private to it (ordered_index.cpp).
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>

#include "core/base/check.hpp"
#include "core/job/ids.hpp"
#include "store/table/ordered_index.hpp"

namespace belay::store {

/// A list's name, kept once for many entries. Neighbours share it; a list may have several. It goes
/// with the last of its entries, when that is freed: so who may look at an entry may look at it.
struct OrderedIndex::SharedName {
    const job::ListId list;
    std::atomic<std::uint32_t> entries{1};
};

/// Followed in memory by its links, one for each level.
class OrderedIndex::Node {
  public:
    /// Takes over one of the name's entries.
    Node(SharedName& name, const job::Uuid& id_, unsigned height, std::uint64_t holders) noexcept
        : id(id_), word_(word_of(name) | std::uint64_t{height} << height_shift | holders * holder) {
        for (unsigned level = 0; level < height; ++level) {
            new (tower() + level) Link(0);
        }
    }

    static std::size_t bytes(unsigned height) noexcept {
        return sizeof(Node) + height * sizeof(Link);
    }
    /// The node with this tower.
    static Node& of_tower(Link* tower) noexcept { return *(reinterpret_cast<Node*>(tower) - 1); }

    Link* tower() noexcept { return reinterpret_cast<Link*>(this + 1); }
    const Link* tower() const noexcept { return reinterpret_cast<const Link*>(this + 1); }

    // Relaxed: only the holders change, and who sees the node sees the rest.
    SharedName& name() const noexcept {
        return *reinterpret_cast<SharedName*>(word_.load(std::memory_order_relaxed) & name_mask);
    }
    unsigned height() const noexcept {
        return static_cast<std::uint8_t>(word_.load(std::memory_order_relaxed) >> height_shift);
    }

    /// By its inserter and its eraser, when each has done its part. True for the last of them.
    bool let_go() noexcept {
        // Acquire and release: the last holder sees all that the other linked or marked.
        return word_.fetch_sub(holder, std::memory_order_acq_rel) / holder == 1;
    }

    const job::Uuid id;

  private:
    static constexpr unsigned height_shift = 48;
    static constexpr std::uint64_t name_mask = (std::uint64_t{1} << height_shift) - 1;
    static constexpr std::uint64_t holder = std::uint64_t{1} << 56;

    static std::uint64_t word_of(SharedName& name) noexcept {
        const auto address = reinterpret_cast<std::uint64_t>(&name);
        check((address & ~name_mask) == 0, "an address has 48 bits");
        return address;
    }

    /// From the low end: the address of the name, 8 bits of height, 8 bits of holders. There are
    /// millions of nodes.
    std::atomic<std::uint64_t> word_;
};

/// Where nodes are, as seen from a key. Most nodes on the way share one name, which is compared
/// once.
class OrderedIndex::Order {
  public:
    static_assert(sizeof(Node) == 24);

    explicit Order(const Key& key) noexcept : key_(key) {}

    /// Below zero: the node is before the key.
    int of(const Node& node) noexcept {
        if (const SharedName* name = &node.name(); name != compared_) {
            compared_ = name;
            by_list_ = by_list(name->list, key_.list);
        }
        return by_list_ != 0 ? by_list_ : by_id(node.id, key_.id);
    }

    static int by_list(const job::ListId& one, const job::ListId& other) noexcept {
        if (one.list != other.list) {
            return one.list < other.list ? -1 : 1;
        }
        return std::memcmp(&one.owner, &other.owner, sizeof(job::Uuid));
    }
    /// Newest first.
    static int by_id(const job::Uuid& one, const job::Uuid& other) noexcept {
        return std::memcmp(&other, &one, sizeof(job::Uuid));
    }

  private:
    const Key& key_;
    const SharedName* compared_ = nullptr;
    int by_list_ = 0;
};

}  // namespace belay::store
