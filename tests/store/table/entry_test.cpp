#include <memory>
#include <optional>
#include <set>
#include <string>

#include "store/table/idempotency_table.hpp"
#include "store/table/record_table.hpp"
#include "tests/store/table/support.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(entry_table)

struct Fixture {
    Pool pool;
    std::unique_ptr<RecordTable> records = std::make_unique<RecordTable>(pool, 42, 64);
    std::unique_ptr<IdempotencyTable> keys = std::make_unique<IdempotencyTable>(pool, 42, 64);
    std::unique_ptr<Epochs> epochs = std::make_unique<Epochs>(pool);
    std::unique_ptr<Lane> lane = std::make_unique<Lane>(pool, *epochs);

    ~Fixture() {
        lane.reset();
        epochs.reset();
        records.reset();
        keys.reset();
        BOOST_TEST(pool.bytes_in_use() == 0U);
    }

    /// The life of a record up to its durable tombstone, which is given.
    const Version* bury(Cell& cell) {
        Version* first = make_version(lane->memory, {1, 1, 0}, 3);
        BOOST_TEST_REQUIRE(cell.swap(nullptr, first));
        first->set_lsn(64);
        Version* gone = make_version(lane->memory, {1, 2, 0}, 0, true);
        BOOST_TEST_REQUIRE(cell.swap(first, gone));
        gone->set_lsn(128);
        Version::retire(lane->member, first);
        return gone;
    }

    void collect() {
        for (int i = 0; i < 4; ++i) {
            lane->member.collect();
        }
    }
};

BOOST_FIXTURE_TEST_CASE(records_are_made_once_and_found, Fixture) {
    const Section section(lane->member);
    BOOST_TEST(records->find(record_id(1)) == nullptr);
    const Looked<Record> made = records->find_or_make(lane->member, record_id(1));
    BOOST_TEST((made.lookup == Lookup::made));
    BOOST_TEST((made.entry->id == record_id(1)));
    BOOST_TEST(made.entry->cell.newest() == nullptr);
    const Looked<Record> found = records->find_or_make(lane->member, record_id(1));
    BOOST_TEST((found.lookup == Lookup::found));
    BOOST_TEST(found.entry == made.entry);
    BOOST_TEST(records->find(record_id(1)) == made.entry);
    BOOST_TEST(records->size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_kind_is_part_of_the_id, Fixture) {
    const Section section(lane->member);
    const job::RecordId other{job::Kind{2}, uuid(1)};
    Record* first = records->find_or_make(lane->member, record_id(1)).entry;
    BOOST_TEST(records->find(other) == nullptr);
    BOOST_TEST(records->find_or_make(lane->member, other).entry != first);
}

BOOST_FIXTURE_TEST_CASE(keys_are_whole_names, Fixture) {
    const Section section(lane->member);
    std::set<const KeyRecord*> all;
    for (const std::string& name :
         {std::string(), std::string("a"), std::string("a\0b", 3), std::string("a\0c", 3),
          std::string(limits::key_name_bytes_max, 'k')}) {
        const KeyName key = keys->key(name);
        KeyRecord* made = keys->find_or_make(lane->member, key).entry;
        BOOST_TEST(keys->name_of(*made) == name);
        BOOST_TEST(keys->find(keys->key(name)) == made);
        all.insert(made);
    }
    BOOST_TEST(all.size() == 5U);
    // Two names with one hash are two keys.
    const KeyName forged = keys->key("b", keys->key("a").hash);
    BOOST_TEST(keys->find(forged) == nullptr);
    BOOST_TEST((keys->find_or_make(lane->member, forged).lookup == Lookup::made));
}

BOOST_FIXTURE_TEST_CASE(a_removed_record_is_gone_after_the_grace_and_can_come_again, Fixture) {
    {
        const Section section(lane->member);
        Record* record = records->find_or_make(lane->member, record_id(1)).entry;
        const Version* gone = bury(record->cell);
        BOOST_TEST(!records->kill(lane->member, *record, nullptr));
        BOOST_TEST(records->kill(lane->member, *record, gone));
        BOOST_TEST(!records->kill(lane->member, *record, gone));
        BOOST_TEST(records->find(record_id(1)) == record);  // for reads at an older D
        BOOST_TEST((records->find_or_make(lane->member, record_id(1)).lookup == Lookup::dying));
    }
    collect();
    const Section section(lane->member);
    BOOST_TEST(records->find(record_id(1)) == nullptr);
    BOOST_TEST((records->find_or_make(lane->member, record_id(1)).lookup == Lookup::made));
}

BOOST_FIXTURE_TEST_CASE(an_empty_record_can_be_removed, Fixture) {
    {
        const Section section(lane->member);
        Record* record = records->find_or_make(lane->member, record_id(1)).entry;
        BOOST_TEST(records->kill(lane->member, *record, nullptr));
    }
    collect();
    const Section section(lane->member);
    BOOST_TEST(records->find(record_id(1)) == nullptr);
    BOOST_TEST(records->size() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_reader_keeps_the_dead_findable, Fixture) {
    Lane reader(pool, *epochs);
    std::optional<Section> reading(reader.member);
    {
        const Section section(lane->member);
        Record* record = records->find_or_make(lane->member, record_id(1)).entry;
        records->kill(lane->member, *record, bury(record->cell));
    }
    for (int i = 0; i < 10; ++i) {
        collect();
    }
    Record* record = records->find(record_id(1));
    BOOST_TEST_REQUIRE(record != nullptr);
    BOOST_TEST(record->cell.at(100)->number() == 1U);
    reading.reset();
    collect();
    const Section section(lane->member);
    BOOST_TEST(records->find(record_id(1)) == nullptr);
}

/// The killer never collects; another lane that wants the name does not wait for it.
BOOST_FIXTURE_TEST_CASE(a_sleeping_killer_delays_nobody, Fixture) {
    Lane killer(pool, *epochs);
    {
        const Section section(killer.member);
        Record* record = records->find_or_make(killer.member, record_id(1)).entry;
        records->kill(killer.member, *record, nullptr);
    }
    collect();
    {
        const Section section(lane->member);
        const Looked<Record> looked = records->find_or_make(lane->member, record_id(1));
        BOOST_TEST((looked.lookup == Lookup::made));
    }
    // The killer wakes up, and frees the old one, not the new one.
    for (int i = 0; i < 10; ++i) {
        killer.member.collect();
    }
    BOOST_TEST(killer.member.waiting() == 0U);
    const Section section(lane->member);
    BOOST_TEST(records->find(record_id(1)) != nullptr);
    BOOST_TEST(records->size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(many_come_and_go, Fixture) {
    Random random(run_seed());
    std::set<std::uint64_t> alive;
    for (int round = 0; round < 20'000; ++round) {
        const Section section(lane->member);
        const std::uint64_t number = random.below(500);
        const Looked<Record> looked = records->find_or_make(lane->member, record_id(number));
        if (looked.lookup == Lookup::dying) {
            BOOST_TEST_REQUIRE(!alive.contains(number));
            continue;
        }
        BOOST_TEST_REQUIRE((looked.lookup == Lookup::found) == alive.contains(number));
        alive.insert(number);
        if (random.one_in(3)) {
            const bool empty = looked.entry->cell.newest() == nullptr;
            BOOST_TEST_REQUIRE(records->kill(lane->member, *looked.entry,
                                             empty ? bury(looked.entry->cell) : nullptr));
            alive.erase(number);
        }
    }
    collect();
    collect();
    const Section section(lane->member);
    BOOST_TEST(records->size() == alive.size());
    for (std::uint64_t number = 0; number < 500; ++number) {
        BOOST_TEST((records->find(record_id(number)) != nullptr) == alive.contains(number));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
