#include "store/table/pointer_table.hpp"

#include <map>
#include <set>
#include <unordered_map>

#include "tests/store/table/support.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(pointer_table)

/// How a test spreads its keys over the hashes.
using Hash = std::uint64_t (*)(std::uint64_t key);

std::uint64_t spread(std::uint64_t key) {
    return mixed(key);
}
/// Eight homes and eight tags for all: long probe sequences, equal tags.
std::uint64_t crowded(std::uint64_t key) {
    return mixed(mixed(key) % 8);
}
/// Everything at the end of the array: probing goes around.
std::uint64_t last(std::uint64_t key) {
    return ~(mixed(key) & 0xffff);
}

struct Fixture {
    Pool pool;
    std::unique_ptr<NumberTable> table = std::make_unique<NumberTable>(pool, 64);
    std::unique_ptr<Epochs> epochs = std::make_unique<Epochs>(pool);
    std::unique_ptr<Lane> lane = std::make_unique<Lane>(pool, *epochs);

    ~Fixture() {
        lane.reset();
        epochs.reset();
        table.reset();
        BOOST_TEST(pool.bytes_in_use() == 0U);
    }

    NumberNode* insert(std::uint64_t key, Hash hash) {
        const auto place = table->find_or_insert(lane->member, hash(key), key);
        return place.node;
    }

    bool remove(std::uint64_t key, Hash hash) {
        NumberNode* node = table->find(hash(key), key);
        if (node == nullptr) {
            return false;
        }
        while (table->unlink(lane->member, hash(key), *node) == Unlink::later) {
        }
        lane->member.retire(node, nullptr, &NumberTraits::free);
        return true;
    }
};

BOOST_FIXTURE_TEST_CASE(grows_over_many_doublings_and_keeps_addresses, Fixture) {
    constexpr std::uint64_t count = 50'000;
    std::vector<NumberNode*> nodes;
    for (std::uint64_t key = 0; key < count; ++key) {
        const Section section(lane->member);
        const auto place = table->find_or_insert(lane->member, spread(key), key);
        BOOST_TEST_REQUIRE(place.made);
        nodes.push_back(place.node);
        // An old key, wherever the growth stands.
        const std::uint64_t old = mixed(key) % (key + 1);
        BOOST_TEST_REQUIRE(table->find(spread(old), old) == nodes[old]);
    }
    const Section section(lane->member);
    BOOST_TEST(table->size() == count);
    BOOST_TEST(table->capacity() >= count);
    for (std::uint64_t key = 0; key < count; ++key) {
        BOOST_TEST_REQUIRE(table->find(spread(key), key) == nodes[key]);
        const auto again = table->find_or_insert(lane->member, spread(key), key);
        BOOST_TEST_REQUIRE((!again.made && again.node == nodes[key]));
    }
    BOOST_TEST(table->find(spread(count), count) == nullptr);
}

/// Random operations against a map, with walks in between.
void play_against_model(Fixture& f, Hash hash, std::uint64_t keys, std::size_t rounds) {
    Random random(run_seed());
    std::unordered_map<std::uint64_t, NumberNode*> model;
    for (std::size_t round = 0; round < rounds; ++round) {
        const Section section(f.lane->member);
        const std::uint64_t key = random.below(keys);
        const auto known = model.find(key);
        switch (random.below(4)) {
            case 0:
            case 1: {
                const auto place = f.table->find_or_insert(f.lane->member, hash(key), key);
                BOOST_TEST_REQUIRE(place.made == (known == model.end()));
                BOOST_TEST_REQUIRE((place.made || place.node == known->second));
                model[key] = place.node;
                break;
            }
            case 2:
                BOOST_TEST_REQUIRE(f.remove(key, hash) == (known != model.end()));
                model.erase(key);
                break;
            default:
                BOOST_TEST_REQUIRE(f.table->find(hash(key), key) ==
                                   (known == model.end() ? nullptr : known->second));
        }
        BOOST_TEST_REQUIRE(f.table->size() == model.size());
    }
}

BOOST_FIXTURE_TEST_CASE(agrees_with_a_map, Fixture) {
    play_against_model(*this, spread, 3'000, 60'000);
}

BOOST_FIXTURE_TEST_CASE(agrees_with_a_map_when_everything_collides, Fixture) {
    play_against_model(*this, crowded, 300, 20'000);
}

BOOST_FIXTURE_TEST_CASE(agrees_with_a_map_around_the_end_of_the_array, Fixture) {
    play_against_model(*this, last, 200, 20'000);
}

BOOST_FIXTURE_TEST_CASE(churn_does_not_make_it_grow, Fixture) {
    for (std::uint64_t key = 0; key < 100'000; ++key) {
        const Section section(lane->member);
        insert(key, spread);
        if (key >= 100) {
            BOOST_TEST_REQUIRE(remove(key - 100, spread));
        }
    }
    BOOST_TEST(table->size() == 100U);
    BOOST_TEST(table->capacity() <= 1'024U);
    BOOST_TEST(table->slot_bytes() <= 64 * 1'024U);
}

BOOST_FIXTURE_TEST_CASE(unlink_answers_absent_the_second_time, Fixture) {
    const Section section(lane->member);
    NumberNode* node = insert(7, spread);
    BOOST_TEST((table->unlink(lane->member, spread(7), *node) == Unlink::unlinked));
    BOOST_TEST((table->unlink(lane->member, spread(7), *node) == Unlink::absent));
    lane->member.retire(node, nullptr, &NumberTraits::free);
    BOOST_TEST(table->find(spread(7), 7) == nullptr);
    BOOST_TEST(insert(7, spread) != node);
}

BOOST_FIXTURE_TEST_CASE(a_walk_of_a_table_at_rest_visits_everything, Fixture) {
    for (const std::size_t step : {1U, 10U, 1'000U, 1'000'000U}) {
        for (std::uint64_t key = 0; key < 2'000; ++key) {
            const Section section(lane->member);
            insert(key, spread);
        }
        std::set<std::uint64_t> seen;
        NumberTable::Cursor cursor;
        bool more = true;
        while (more) {
            const Section section(lane->member);
            more = table->walk(cursor, step, [&](NumberNode& node) { seen.insert(node.key); });
        }
        BOOST_TEST(seen.size() == 2'000U);
    }
}

/// Growth stands still between two insertions: some keys are then only in the array behind.
BOOST_FIXTURE_TEST_CASE(a_walk_in_the_middle_of_a_growth_visits_everything, Fixture) {
    for (std::uint64_t key = 0; key < 3'000; ++key) {
        const Section section(lane->member);
        insert(key, spread);
        if (key % 5 != 0) {
            continue;
        }
        std::set<std::uint64_t> seen;
        NumberTable::Cursor cursor;
        while (table->walk(cursor, 100, [&](NumberNode& node) { seen.insert(node.key); })) {
        }
        BOOST_TEST_REQUIRE(seen.size() == key + 1);
    }
}

/// One walk, during which the table grows to many times its size and others come and go.
void walk_during_growth(Fixture& f, Hash hash, std::uint64_t before, std::uint64_t per_step) {
    for (std::uint64_t key = 0; key < before; ++key) {
        const Section section(f.lane->member);
        f.insert(key, hash);
    }
    std::set<std::uint64_t> seen;
    NumberTable::Cursor cursor;
    std::uint64_t newest = before;
    bool more = true;
    while (more) {
        {
            const Section section(f.lane->member);
            more = f.table->walk(cursor, 16, [&](NumberNode& node) {
                BOOST_TEST_REQUIRE(node.proof == mixed(node.key));
                seen.insert(node.key);
            });
        }
        for (std::uint64_t i = 0; i < per_step && newest < 40 * before; ++i) {
            const Section section(f.lane->member);
            f.insert(newest, hash);
            if (newest % 3 == 0) {
                f.remove(newest, hash);
            }
            ++newest;
        }
        f.lane->member.collect();
    }
    for (std::uint64_t key = 0; key < before; ++key) {
        BOOST_TEST_REQUIRE(seen.contains(key), key);
    }
}

BOOST_FIXTURE_TEST_CASE(a_walk_during_growth_visits_what_was_there, Fixture) {
    walk_during_growth(*this, spread, 1'000, 37);
}

BOOST_FIXTURE_TEST_CASE(a_walk_during_fast_growth_visits_what_was_there, Fixture) {
    walk_during_growth(*this, spread, 500, 400);
}

BOOST_FIXTURE_TEST_CASE(a_walk_of_crowded_homes_visits_what_was_there, Fixture) {
    walk_during_growth(*this, crowded, 100, 5);
}

BOOST_FIXTURE_TEST_CASE(a_walk_around_the_end_visits_what_was_there, Fixture) {
    walk_during_growth(*this, last, 60, 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
