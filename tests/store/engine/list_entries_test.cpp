// What a start enters into the index, against a set that is kept in order.
#include "store/list_entries.hpp"

#include <map>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::store::testing {
namespace {

struct Before {
    bool operator()(const OrderedIndex::Key& one, const OrderedIndex::Key& other) const {
        return OrderedIndex::before(one, other);
    }
};

/// How often each was entered, less how often it has left.
using Model = std::map<OrderedIndex::Key, int, Before>;

job::Uuid random_id(std::mt19937_64& random) {
    job::Uuid id;
    for (auto& octet : id.octets) {
        octet = static_cast<std::uint8_t>(random());
    }
    return id;
}

/// Ids of a time that goes on, as jobs have; some differ in their last octet alone.
job::Uuid timed_id(std::uint64_t time, std::mt19937_64& random) {
    job::Uuid id = time % 5 == 0 ? job::Uuid{} : random_id(random);
    id.octets[15] = static_cast<std::uint8_t>(random());
    for (std::size_t at = 0; at < 6; ++at) {
        id.octets[at] = static_cast<std::uint8_t>(time / 10 >> (40 - 8 * at));
    }
    return id;
}

void must_be_the_same(const ListEntries& entries, const Model& model) {
    std::size_t place = 0;
    for (const auto& [key, count] : model) {
        if (count > 0) {
            BOOST_REQUIRE(place < entries.size());
            BOOST_REQUIRE(entries[place] == key);
            ++place;
        }
    }
    BOOST_TEST(place == entries.size());
}

void enter_and_leave(std::size_t list_count, std::size_t entry_count, std::uint64_t seed) {
    BOOST_TEST_CONTEXT("lists " << list_count << ", entries " << entry_count << ", seed " << seed) {
        std::mt19937_64 random(seed);
        std::vector<job::ListId> lists(list_count);
        for (job::ListId& list : lists) {
            list = {static_cast<std::uint16_t>(random() % 3), random_id(random)};
        }
        ListEntries entries;
        Model model;
        entries.expect(entry_count / 2);
        for (std::size_t number = 0; number < entry_count; ++number) {
            const job::ListId& list = lists[random() % lists.size()];
            const OrderedIndex::Key key{list, timed_id(number, random)};
            const bool removed = random() % 4 == 0;
            const bool again = removed && random() % 2 == 0;
            if (model[key] == 0) {
                entries.enter(list, key.id);
                ++model[key];
            }
            if (removed) {
                entries.leave(list, key.id);
                --model[key];
            }
            if (again) {
                entries.enter(list, key.id);
                ++model[key];
            }
        }
        entries.sort();
        must_be_the_same(entries, model);
    }
}

BOOST_AUTO_TEST_SUITE(store_list_entries)

BOOST_AUTO_TEST_CASE(what_is_left_comes_in_the_order_of_the_index) {
    const std::uint64_t seed = 20'261'123;
    for (const std::size_t lists : {1U, 2U, 3U, 300U, 5'000U, 20'000U}) {
        for (const std::size_t entries : {0U, 1U, 50U, 30'000U}) {
            enter_and_leave(lists, entries, seed);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_entry_that_comes_twice_is_there_once) {
    ListEntries entries;
    const job::ListId list{1, {}};
    entries.enter(list, {});
    entries.enter(list, {});
    entries.sort();
    BOOST_TEST(entries.size() == 1U);
    entries.clear();
    BOOST_TEST(entries.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
