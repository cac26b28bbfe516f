// After a storm and quiescence nothing is left but what the content needs: in the tables by
// themselves, and through the store.
#include <cstddef>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/check.hpp"
#include "store/table/idempotency_table.hpp"
#include "store/table/ordered_index.hpp"
#include "store/table/record_table.hpp"
#include "tests/store/engine/rig.hpp"
#include "tests/store/table/fake_log.hpp"

namespace belay::store::testing {
namespace {

using test::mixed;

constexpr std::size_t threads = 4;
constexpr std::uint64_t numbers = 300;  ///< of one thread
constexpr int steps = 6'000;

struct Tables {
    Pool pool;
    RecordTable records{pool, 3, 64};
    IdempotencyTable keys{pool, 5, 64};
    OrderedIndex index{pool};
    Epochs epochs{pool};
    job::ListId list{1, test::uuid(1)};
};

/// Durable at once: the versions are retired by who replaces them.
void put(test::Lane& lane, Entry& entry, std::uint64_t number, bool tombstone) {
    const Version* newest = entry.cell.newest();
    const std::uint64_t next_number = newest == nullptr ? 1 : newest->number() + 1;
    Version* next =
        test::make_version(lane.memory, {number, next_number, 0}, number % 20, tombstone);
    check(entry.cell.swap(newest, next), "no rival has this entry");
    next->set_lsn(next_number);
    if (newest != nullptr) {
        Version::retire(lane.member, newest);
    }
}

void remove(Tables& tables, test::Lane& lane, std::uint64_t number) {
    if (Record* record = tables.records.find(test::record_id(number));
        record != nullptr && !record->cell.is_dead()) {
        put(lane, *record, number, true);
        check(tables.records.kill(lane.member, *record, record->cell.newest()), "it is killed");
        check(tables.index.erase(lane.member, tables.list, test::uuid(number)), "it was listed");
    }
    const std::string name = "key " + std::to_string(number);
    if (KeyRecord* key = tables.keys.find(tables.keys.key(name));
        key != nullptr && !key->cell.is_dead()) {
        put(lane, *key, number, true);
        check(tables.keys.kill(lane.member, *key, key->cell.newest()), "it is killed");
    }
}

/// Both made, or neither.
void make(Tables& tables, test::Lane& lane, Heights& heights, std::uint64_t number) {
    const auto record = tables.records.find_or_make(lane.member, test::record_id(number));
    if (record.lookup == Lookup::made) {
        check(tables.index.insert(lane.member, heights, tables.list, test::uuid(number)) ==
                  Insert::inserted,
              "it was not listed");
    }
    if (record.entry != nullptr) {
        put(lane, *record.entry, number, false);
    }
    const std::string name = "key " + std::to_string(number);
    const auto key = tables.keys.find_or_make(lane.member, tables.keys.key(name));
    if (key.entry != nullptr) {
        put(lane, *key.entry, number, false);
    }
}

void storm(Tables& tables, test::Lane& lane, std::size_t thread, std::uint64_t seed) {
    test::Random random(seed + thread);
    Heights heights(seed + thread);
    for (int step = 0; step < steps; ++step) {
        const std::uint64_t number = 1 + thread * numbers + random.below(numbers);
        const Section section(lane.member);
        if (random.one_in(3)) {
            remove(tables, lane, number);
        } else {
            make(tables, lane, heights, number);
        }
    }
}

std::uint64_t rounded(PoolLane& lane, std::size_t bytes) {
    const std::uint64_t before = lane.pool().bytes_in_use();
    void* block = lane.allocate(bytes);
    const std::uint64_t taken = lane.pool().bytes_in_use() - before;
    lane.release(block, bytes);
    return taken;
}

/// What records and keys with their newest versions take. A walk meets an entry twice while its
/// slot is being moved, and the storm may end in the middle of that.
std::uint64_t content_bytes(const Tables& tables, PoolLane& lane) {
    std::uint64_t bytes = 0;
    std::set<const Entry*> seen;
    const auto add_version = [&](const Entry& entry) {
        bytes += rounded(lane, Version::memory_bytes(entry.cell.newest()->number(),
                                                     entry.cell.newest()->bytes().size()));
    };
    RecordTable::Cursor records;
    do {
    } while (tables.records.walk(records, SIZE_MAX, [&](Record& record) {
        if (!seen.insert(&record).second) {
            return;
        }
        bytes += rounded(lane, sizeof(Record));
        add_version(record);
    }));
    IdempotencyTable::Cursor keys;
    do {
    } while (tables.keys.walk(keys, SIZE_MAX, [&](KeyRecord& key) {
        if (!seen.insert(&key).second) {
            return;
        }
        bytes += rounded(lane, sizeof(KeyRecord) + key.packed_name().size());
        add_version(key);
    }));
    return bytes;
}

void settle(test::Lane& lane) {
    // Nobody else is in a section, so that each round ends an epoch. How many it takes depends on
    // what the storm left behind: an entry in slots that are being moved can be unlinked only when
    // they have been, and each attempt moves one chunk of them.
    constexpr int rounds_max = 10'000;
    int at = 0;
    do {
        lane.member.collect();
    } while (lane.member.waiting() != 0 && ++at < rounds_max);
}

BOOST_AUTO_TEST_SUITE(store_reclaim)

BOOST_AUTO_TEST_CASE(of_the_tables) {
    const std::uint64_t seed = test::run_seed();
    Tables tables;
    test::on_threads(threads, [&](std::size_t thread) {
        test::Lane lane(tables.pool, tables.epochs);
        storm(tables, lane, thread, seed);
    });
    test::Lane lane(tables.pool, tables.epochs);
    settle(lane);
    BOOST_TEST(lane.member.waiting() == 0U);
    BOOST_TEST(tables.records.size() != 0U);
    BOOST_TEST(tables.records.size() == tables.index.size());
    {
        // All that is in use, less records, keys and versions, is the index's: with the heights of
        // its nodes between the least and more than can be expected.
        const Section section(lane.member);
        const std::uint64_t content = content_bytes(tables, lane.memory);
        const std::uint64_t in_use = tables.pool.bytes_in_use();
        const std::uint64_t nodes = tables.index.size();
        constexpr std::uint64_t names = 1024;  // of the list: few, its entries share them
        BOOST_TEST(in_use >= content + nodes * 32);
        BOOST_TEST(in_use <= content + nodes * 40 + names);
    }
    for (std::uint64_t number = 1; number <= threads * numbers; ++number) {
        const Section section(lane.member);
        remove(tables, lane, number);
    }
    settle(lane);
    BOOST_TEST(lane.member.waiting() == 0U);
    BOOST_TEST(tables.records.size() == 0U);
    BOOST_TEST(tables.keys.size() == 0U);
    BOOST_TEST(tables.index.size() == 0U);
    BOOST_TEST(tables.pool.bytes_in_use() == 0U);
}

/// Memory of the store without the tables' slots.
std::uint64_t blocks_in_use(const Store& store) {
    const Statistics now = store.statistics();
    return now.memory_bytes - (now.record_slots + now.key_slots) * sizeof(std::uint64_t);
}

/// Looks at the store until it is as empty as at its beginning.
bool comes_down_to(Rig& rig, Lane& lane, std::uint64_t bytes) {
    for (int at = 0; at < 100'000; ++at) {
        lane.poll();
        lane.about_to_sleep();  // a lane collects before it sleeps
        lane.woke();
        if (blocks_in_use(*rig.store) == bytes && rig.store->statistics().records == 0 &&
            rig.store->statistics().keys == 0) {
            return true;
        }
        std::this_thread::yield();
    }
    return false;
}

BOOST_AUTO_TEST_CASE(of_the_store) {
    Settings settings = small_settings();
    settings.single_threaded = false;
    Rig rig(1, settings);
    rig.open();
    const std::uint64_t empty = blocks_in_use(*rig.store);
    std::vector<std::thread> running;
    for (std::uint64_t thread = 0; thread < 3; ++thread) {
        running.emplace_back([&, thread] {
            BlockingLane lane(*rig.store);
            test::Random random(thread);
            const auto number = [&] { return 1000 * thread + random.below(40); };
            for (int step = 0; step < 300; ++step) {
                Ask make = store::testing::put(item(number()), item_value(thread, "storm"));
                lane.run(make);
                Ask gone = store::testing::remove(item(number()));
                lane.run(gone);
                Ask key = claim("key " + std::to_string(number()), "an answer");
                lane.run(key);
            }
            for (std::uint64_t at = 0; at < 40; ++at) {
                Ask gone = store::testing::remove(item(1000 * thread + at));
                lane.run(gone);
                Ask key = forget("key " + std::to_string(1000 * thread + at));
                lane.run(key);
            }
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
    BOOST_TEST(comes_down_to(rig, rig.lane(), empty));
    BOOST_TEST(blocks_in_use(*rig.store) == empty);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
