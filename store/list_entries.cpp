#include "store/list_entries.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <iterator>
#include <new>
#include <numeric>
#include <utility>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"

namespace belay::store {
namespace {

/// Of eight octets, the first the most significant: numbers order as the octets do.
std::uint64_t number_at(const job::Uuid& id, std::size_t at) noexcept {
    return __builtin_bswap64(load_little<std::uint64_t>(id.bytes().data() + at));
}

void store_number(std::uint64_t number, std::size_t at, job::Uuid& id) noexcept {
    store_little(reinterpret_cast<std::byte*>(id.octets.data()) + at, __builtin_bswap64(number));
}

std::size_t hash_of(const job::ListId& list) noexcept {
    constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15;
    const std::uint64_t mixed =
        ((number_at(list.owner, 0) * odd) ^ number_at(list.owner, 8) ^ list.list) * odd;
    return static_cast<std::size_t>(mixed >> 32);
}

}  // namespace

void ListEntries::expect(std::uint64_t entries) {
    try {
        entered_.reserve(entries);
    } catch (const std::bad_alloc&) {
        // It grows as it must.
    }
}

void ListEntries::enter(const job::ListId& list, const job::Uuid& id) {
    entered_.push_back(item_of(list, id));
}

void ListEntries::leave(const job::ListId& list, const job::Uuid& id) {
    left_.push_back(item_of(list, id));
}

auto ListEntries::item_of(const job::ListId& list, const job::Uuid& id) -> Item {
    return {~number_at(id, 0), ~number_at(id, 8), number_of(list)};
}

std::uint32_t ListEntries::number_of(const job::ListId& list) {
    std::uint32_t& recent = recent_[hash_of(list) % recent_.size()];
    if (recent >= lists_.size() || lists_[recent] != list) {
        check(lists_.size() < UINT32_MAX, "a start has fewer lists");
        lists_.push_back(list);
        recent = static_cast<std::uint32_t>(lists_.size() - 1);
    }
    return recent;
}

/// A bucket for each stretch of a list, or of lists: in the order of what is in them. Ids that are
/// not spread evenly make buckets of different sizes, which costs time and nothing else.
class ListEntries::Deal {
  public:
    static constexpr std::size_t buckets = 4096;

    explicit Deal(const std::vector<Item>& items) noexcept {
        std::uint64_t first_min = UINT64_MAX;
        std::uint64_t first_max = 0;
        std::uint32_t list_max = 0;
        for (const Item& item : items) {
            first_min = std::min(first_min, item.first);
            first_max = std::max(first_max, item.first);
            list_max = std::max(list_max, item.list);
        }
        const auto list_bits = static_cast<unsigned>(std::bit_width(list_max));
        list_shift_ = list_bits > bits ? list_bits - bits : 0;
        stretch_bits_ = list_bits > bits ? 0 : bits - list_bits;
        first_min_ = items.empty() ? 0 : first_min;
        const auto first_bits = static_cast<unsigned>(std::bit_width(first_max - first_min_));
        first_shift_ = first_bits > stretch_bits_ ? first_bits - stretch_bits_ : 0;
    }

    std::size_t bucket_of(const Item& item) const noexcept {
        const std::size_t list = item.list >> list_shift_;
        if (stretch_bits_ == 0) {
            return list;
        }
        return list << stretch_bits_ | (item.first - first_min_) >> first_shift_;
    }

  private:
    static constexpr unsigned bits = 12;
    static_assert(buckets == std::size_t{1} << bits);

    unsigned list_shift_ = 0;
    unsigned stretch_bits_ = 0;
    unsigned first_shift_ = 0;
    std::uint64_t first_min_ = 0;
};

bool ListEntries::before(const Item& one, const Item& other) noexcept {
    if (one.list != other.list) {
        return one.list < other.list;
    }
    return one.first != other.first ? one.first < other.first : one.second < other.second;
}

/// Dealt out by list and time first, in place: what is left to sort by comparing then fits into
/// the processor's caches.
void ListEntries::sort_items(std::vector<Item>& items) {
    const Deal deal(items);
    std::array<std::size_t, Deal::buckets + 1> ends{};
    for (const Item& item : items) {
        ++ends[deal.bucket_of(item) + 1];
    }
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    auto filled = ends;  // how far each bucket, from the end of the one before it
    for (std::size_t bucket = 0; bucket < Deal::buckets; ++bucket) {
        while (filled[bucket] < ends[bucket + 1]) {
            Item item = items[filled[bucket]];
            for (std::size_t to = deal.bucket_of(item); to != bucket; to = deal.bucket_of(item)) {
                std::swap(item, items[filled[to]++]);
            }
            items[filled[bucket]++] = item;
        }
        const auto at = [&](std::size_t place) {
            return items.begin() + static_cast<std::ptrdiff_t>(place);
        };
        std::sort(at(ends[bucket]), at(ends[bucket + 1]),
                  [](const Item& one, const Item& other) { return before(one, other); });
    }
}

void ListEntries::sort() {
    number_by_rank();
    sort_items(entered_);
    if (!left_.empty()) {
        sort_items(left_);
        take_out_left();
    }
    // A schema may name a list twice.
    entered_.erase(std::unique(entered_.begin(), entered_.end()), entered_.end());
}

/// A list that has several numbers gets one rank.
void ListEntries::number_by_rank() {
    std::vector<std::uint32_t> order(lists_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [this](std::uint32_t one, std::uint32_t other) {
        return lists_[one] < lists_[other];
    });
    std::vector<std::uint32_t> ranks(lists_.size());
    std::vector<job::ListId> ranked;
    for (const std::uint32_t number : order) {
        if (ranked.empty() || ranked.back() != lists_[number]) {
            ranked.push_back(lists_[number]);
        }
        ranks[number] = static_cast<std::uint32_t>(ranked.size() - 1);
    }
    for (std::vector<Item>* items : {&entered_, &left_}) {
        for (Item& item : *items) {
            item.list = ranks[item.list];
        }
    }
    lists_ = std::move(ranked);
}

void ListEntries::take_out_left() {
    std::vector<Item> stayed;
    std::set_difference(entered_.begin(), entered_.end(), left_.begin(), left_.end(),
                        std::back_inserter(stayed), before);
    entered_ = std::move(stayed);
    left_ = {};
}

OrderedIndex::Key ListEntries::operator[](std::size_t place) const noexcept {
    const Item& item = entered_[place];
    OrderedIndex::Key key{lists_[item.list], {}};
    store_number(~item.first, 0, key.id);
    store_number(~item.second, 8, key.id);
    return key;
}

void ListEntries::clear() noexcept {
    entered_ = {};
    left_ = {};
    lists_ = {};
}

}  // namespace belay::store
