#include <barrier>
#include <optional>

#include "store/table/record_table.hpp"
#include "tests/store/table/fake_log.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(table_stress)

constexpr std::size_t threads = 4;

/// All threads insert the same keys, each in an order of its own, while the table grows from its
/// smallest size.
void insert_alike(std::uint64_t keys, std::uint64_t (*hash)(std::uint64_t key)) {
    const std::uint64_t seed = run_seed();
    Pool pool;
    NumberTable table(pool, 64);
    Epochs epochs(pool);
    std::vector<std::atomic<std::uint32_t>> made(keys);
    std::vector<std::atomic<NumberNode*>> node_of(keys);
    std::atomic<std::uint64_t> wrong{0};
    on_threads(threads, [&](std::size_t index) {
        Lane lane(pool, epochs);
        const std::uint64_t stride = 2 * (mixed(seed + index) % keys) + 1;  // keys: a power of two
        for (std::uint64_t i = 0; i < keys; ++i) {
            const std::uint64_t key = index % 2 == 0 ? i : (i * stride) % keys;
            const Section section(lane.member);
            const auto place = table.find_or_insert(lane.member, hash(key), key);
            made[key] += place.made;
            NumberNode* known = nullptr;
            if (!node_of[key].compare_exchange_strong(known, place.node)) {
                wrong += known != place.node;
            }
            const std::uint64_t old = index % 2 == 0 ? key / 2 : key;
            const NumberNode* found = table.find(hash(old), old);
            wrong += found == nullptr || found->key != old || found->proof != mixed(old);
        }
    });
    BOOST_TEST(wrong.load() == 0U);
    BOOST_TEST(table.size() == keys);
    for (std::uint64_t key = 0; key < keys; ++key) {
        BOOST_TEST_REQUIRE(made[key].load() == 1U, key);
    }
}

BOOST_AUTO_TEST_CASE(a_key_is_inserted_once_however_many_try_while_it_grows) {
    insert_alike(1 << 15, [](std::uint64_t key) { return mixed(key); });
}

BOOST_AUTO_TEST_CASE(a_key_is_inserted_once_also_where_all_collide) {
    insert_alike(1 << 9,
                 [](std::uint64_t key) { return mixed(key % 4) | (std::uint64_t{1} << 63); });
}

/// Records that live and die, beside permanent ones that a walker counts, in a table that grows.
struct World {
    static constexpr std::uint64_t mortals = 64;
    static constexpr std::uint64_t permanent = 2'000;
    static constexpr std::uint64_t frames = 25'000;

    Pool pool;
    RecordTable table{pool, 9, 64};
    Epochs epochs{pool};
    FakeLog log{frames + 256};
    std::barrier<> end{threads};
    std::vector<std::atomic<int>> alive = std::vector<std::atomic<int>>(mortals);
    std::atomic<std::uint64_t> deaths{0};
    std::atomic<std::uint64_t> rebirths{0};
    std::atomic<std::uint64_t> walks{0};
    std::atomic<std::uint64_t> wrong{0};
};

/// Moves one record on: born, changed, gone, dead, and born again. False if it met one that is
/// dying: then the caller collects outside of its section.
bool live(World& world, Lane& lane, Random& random, Replaced& replaced) {
    const std::uint64_t number = random.below(World::mortals);
    const Looked<Record> looked = world.table.find_or_make(lane.member, record_id(number));
    if (looked.entry == nullptr) {
        world.wrong += looked.lookup != Lookup::dying;
        return false;
    }
    Cell& cell = looked.entry->cell;
    const Version* newest = cell.newest_published();
    Proof proof;
    world.wrong += newest != nullptr && !read_proof(*newest, number, proof);
    if (newest != nullptr && newest->tombstone()) {
        if (newest->lsn() < world.log.durable() &&
            world.table.kill(lane.member, *looked.entry, newest)) {
            ++world.deaths;
        }
        return true;
    }
    const bool gone = newest != nullptr && random.one_in(3);
    const std::uint64_t next_number = newest == nullptr ? 1 : newest->number() + 1;
    Version* next = make_version(lane.memory, {number, next_number, 0}, random.below(20), gone);
    if (!cell.swap(newest, next)) {
        Version::destroy(lane.memory, next);
        return true;
    }
    // If there were two records of one id, two threads would be in their first version at once.
    if (newest == nullptr) {
        world.wrong += world.alive[number].fetch_add(1) != 0;
        world.rebirths += looked.lookup == Lookup::made;
    } else if (gone) {
        world.wrong += world.alive[number].fetch_sub(1) != 1;
    }
    const job::Lsn lsn = world.log.reserve();
    next->set_lsn(lsn);
    world.log.publish(lsn);
    replaced.add(newest, lsn);
    return true;
}

/// One step of a walk; at its end, every permanent record must have been seen.
void walk_on(World& world, RecordTable::Cursor& cursor, std::vector<bool>& seen) {
    const bool more = world.table.walk(cursor, 50, [&](Record& record) {
        std::uint64_t number = 0;
        for (std::size_t i = 8; i < 16; ++i) {
            number = number << 8 | record.id.id.octets[i];
        }
        if (number >= 1'000'000 && number < 1'000'000 + World::permanent) {
            seen[number - 1'000'000] = true;
        }
    });
    if (!more) {
        for (const bool one : seen) {
            world.wrong += !one;
        }
        ++world.walks;
        seen.assign(World::permanent, false);
        cursor = {};
    }
}

BOOST_AUTO_TEST_CASE(records_live_die_and_are_walked_while_the_table_grows) {
    const std::uint64_t seed = run_seed();
    World world;
    {
        Lane lane(world.pool, world.epochs);
        for (std::uint64_t i = 0; i < World::permanent; ++i) {
            const Section section(lane.member);
            world.table.find_or_make(lane.member, record_id(1'000'000 + i));
        }
    }
    on_threads(threads, [&](std::size_t index) {
        Lane lane(world.pool, world.epochs);
        Random random(seed + index);
        Replaced replaced;
        RecordTable::Cursor cursor;
        std::vector<bool> seen(World::permanent, false);
        std::uint64_t newcomer = 10'000'000 * (index + 1);
        while (!world.log.full()) {
            bool moved = false;
            {
                const Section section(lane.member);
                moved = live(world, lane, random, replaced);
                replaced.retire_durable(lane.member, world.log.durable());
            }
            if (!moved) {
                lane.member.collect();
            }
            const Section section(lane.member);
            if (index == 0) {
                walk_on(world, cursor, seen);
            } else if (random.one_in(4)) {
                const job::RecordId id = record_id(newcomer++);
                world.wrong += world.table.find_or_make(lane.member, id).lookup != Lookup::made;
                world.wrong += world.table.find(id) == nullptr;
            }
        }
        world.end.arrive_and_wait();
        const Section section(lane.member);
        replaced.retire_durable(lane.member, world.log.durable());
        world.wrong += !replaced.empty();
    });
    BOOST_TEST(world.wrong.load() == 0U);
    BOOST_TEST(world.deaths.load() > 100U);
    BOOST_TEST(world.rebirths.load() > 100U);
    BOOST_TEST(world.walks.load() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
