// The entries of the index that a start brings back: collected as records come and go, in whatever
// order, and sorted once. There are millions, in few lists or in as many; what is moved about while
// they are sorted is three words each, and no list is compared twice. Private to store/.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/job/ids.hpp"
#include "store/table/ordered_index.hpp"

namespace belay::store {

/// Not thread-safe. Without memory, enter, leave and sort throw std::bad_alloc.
class ListEntries {
  public:
    /// So many entries will come, perhaps. Address space: what is not used is not touched.
    void expect(std::uint64_t entries);

    /// A record was made, or was removed. One that was removed and made again was entered once more
    /// than it has left.
    void enter(const job::ListId& list, const job::Uuid& id);
    void leave(const job::ListId& list, const job::Uuid& id);

    /// After the last of both: what is left, each entry once, in the index's order.
    void sort();

    /// After sort.
    std::size_t size() const noexcept { return entered_.size(); }
    OrderedIndex::Key operator[](std::size_t place) const noexcept;

    void clear() noexcept;

  private:
    /// Orders as the index does, once `list` is a rank: an id that is greater comes first, so its
    /// octets are kept as two numbers of which every bit is turned.
    struct Item {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::uint32_t list = 0;

        friend bool operator==(const Item&, const Item&) = default;
    };

    class Deal;

    static bool before(const Item& one, const Item& other) noexcept;
    static void sort_items(std::vector<Item>& items);
    Item item_of(const job::ListId& list, const job::Uuid& id);
    std::uint32_t number_of(const job::ListId& list);
    void number_by_rank();
    void take_out_left();

    /// By number, then by rank. A list may be here several times until it has its rank.
    std::vector<job::ListId> lists_;
    /// The numbers of lists that came lately, by a hash of the list; any number will do for a list
    /// that is not the one it stands for.
    std::array<std::uint32_t, 4096> recent_{};
    std::vector<Item> entered_;
    std::vector<Item> left_;
};

}  // namespace belay::store
