// A thread stopped anywhere inside an operation blocks no other thread (design 5). For every stop
// point: one thread, the victim, is held there in the middle of its work; the main thread then does
// everything that the structures offer, and must come to an end with right answers; then the victim
// goes on, and everything must be right again and freed.
//
// The points are found in the sources. One that the victim never reaches fails the test.
#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/table/idempotency_table.hpp"
#include "store/table/ordered_index.hpp"
#include "store/table/record_table.hpp"
#include "tests/store/table/fake_log.hpp"
#include "tests/store/table/trap.hpp"

namespace belay::store::test {
namespace {

constexpr std::uint64_t records_each = 1'000;
constexpr std::uint64_t passes = 3;

struct World {
    Pool pool;
    RecordTable table{pool, 3, 64};
    IdempotencyTable keys{pool, 5, 64};
    OrderedIndex index{pool};
    Epochs epochs{pool};
    FakeLog log{1 << 16};
    job::ListId list{1, uuid(1)};
    std::atomic<std::uint64_t> wrong{0};
};

/// Gives an entry its next version, in the open: no rival has these entries.
void move(World& world, Lane& lane, Entry& record, std::uint64_t number, Replaced& replaced,
          bool tombstone) {
    const Version* newest = record.cell.newest_published();
    const std::uint64_t next_number = newest == nullptr ? 1 : newest->number() + 1;
    Version* next = make_version(lane.memory, {number, next_number, 0}, number % 7);
    world.wrong += !record.cell.swap(newest, next);
    world.wrong += record.cell.newest_published() != newest;
    record.cell.put_back(next);
    Version::retire(lane.member, next);
    next = make_version(lane.memory, {number, next_number, 0}, number % 7, tombstone);
    world.wrong += !record.cell.swap(newest, next);
    const job::Lsn lsn = world.log.reserve();
    world.wrong += record.cell.at(lsn) != newest;
    next->set_lsn(lsn);
    world.log.publish(lsn);
    replaced.add(newest, lsn);
}

/// Claims a key, and kills the key of an earlier number.
void claim(World& world, Lane& lane, std::uint64_t first, std::uint64_t number,
           Replaced& replaced) {
    const Section section(lane.member);
    const std::string name = "key " + std::to_string(number);
    const Looked<KeyRecord> looked = world.keys.find_or_make(lane.member, world.keys.key(name));
    world.wrong += looked.lookup != Lookup::made;
    move(world, lane, *looked.entry, number, replaced, false);
    move(world, lane, *looked.entry, number, replaced, true);
    const std::string old = "key " + std::to_string(first + mixed(~number) % (number - first + 1));
    KeyRecord* record = world.keys.find(world.keys.key(old));
    if (record != nullptr && !record->cell.is_dead()) {
        world.wrong += world.keys.name_of(*record) != old;
        world.wrong += !world.keys.kill(lane.member, *record, record->cell.newest());
    }
}

/// More blocks than a lane keeps, so that they travel through the pool's shared stacks.
void churn(Lane& lane) {
    constexpr std::size_t block_bytes = 48;
    std::array<void*, 300> blocks;
    for (void*& block : blocks) {
        block = lane.memory.allocate(block_bytes);
    }
    for (void* block : blocks) {
        lane.memory.release(block, block_bytes);
    }
}

/// Everything there is to do with records and entries numbered from `first` on.
void work(World& world, Lane& lane, std::uint64_t first) {
    Heights heights(first);
    Replaced replaced;
    for (std::uint64_t number = first; number < first + records_each; ++number) {
        if (number % 50 == 0) {
            lane.member.leave_to_others();
            lane.member.collect();
            churn(lane);
        }
        claim(world, lane, first, number, replaced);
        {
            const Section section(lane.member);
            const Looked<Record> looked = world.table.find_or_make(lane.member, record_id(number));
            world.wrong += looked.lookup != Lookup::made;
            move(world, lane, *looked.entry, number, replaced, false);
            move(world, lane, *looked.entry, number, replaced, true);
            world.wrong += world.index.insert(lane.member, heights, world.list, uuid(number)) !=
                           Insert::inserted;
        }
        const Section section(lane.member);
        const std::uint64_t old = first + mixed(number) % (number - first + 1);
        Record* record = world.table.find(record_id(old));
        if (record != nullptr && !record->cell.is_dead()) {
            const Version* newest = record->cell.newest();
            Proof proof;
            world.wrong += !read_proof(*newest, old, proof);
            // The log is in order, so a victim inside its frame keeps the tombstone undurable; the
            // record may be killed all the same, for who reads at an older D is not part of this.
            world.wrong += !world.table.kill(lane.member, *record, newest);
            world.wrong += !world.index.erase(lane.member, world.list, uuid(old));
        }
        replaced.retire_durable(lane.member, world.log.durable());
        world.wrong += world.table.find(record_id(first + records_each)) != nullptr;
        world.index.scan(world.list, std::nullopt, [](const job::Uuid&) { return false; });
        RecordTable::Cursor cursor{mixed(number), false};
        world.table.walk(cursor, 8, [](Record&) {});
    }
    lane.member.collect();
    const Section section(lane.member);
    while (!replaced.empty()) {
        // Only the main thread gets here while another is in its frame, and only for records that
        // nobody reads any more.
        replaced.retire_durable(lane.member, pending_lsn);
    }
}

/// All live records and entries are found and walked.
void verify(World& world, Lane& lane, std::uint64_t first) {
    const Section section(lane.member);
    std::uint64_t listed = 0;
    job::Uuid last;
    last.octets.fill(0xff);
    world.index.scan(world.list, std::nullopt, [&](const job::Uuid& id) {
        world.wrong += !(id < last);
        last = id;
        ++listed;
        return true;
    });
    std::uint64_t alive = 0;
    for (std::uint64_t number = first; number < first + records_each; ++number) {
        const Record* record = world.table.find(record_id(number));
        alive += record != nullptr && !record->cell.is_dead();
    }
    world.wrong += listed < alive;
    world.wrong += alive == 0;
}

/// False if the victim never got to the point.
bool stop_at(std::string_view point, unsigned skip) {
    World world;
    bool caught = false;
    {
        Trap trap(point, skip);
        std::thread victim([&] {
            Trap::offer();
            Lane lane(world.pool, world.epochs);
            work(world, lane, 1'000'000);
            trap.done();
        });
        caught = trap.wait();
        Lane lane(world.pool, world.epochs);
        for (std::uint64_t pass = 1; pass <= passes; ++pass) {
            work(world, lane, 10'000'000 * pass);
            verify(world, lane, 10'000'000 * pass);
        }
        trap.release();
        victim.join();
        verify(world, lane, 1'000'000);
        for (int i = 0; i < 100 && lane.member.waiting() != 0; ++i) {
            lane.member.collect();
        }
        // With nobody stopped any more, growth comes to an end and what is dead goes.
        BOOST_TEST(lane.member.waiting() == 0U, point);
        BOOST_TEST(world.table.size() == world.index.size(), point);
        BOOST_TEST(world.keys.size() != 0U, point);
        BOOST_TEST(world.keys.size() < (passes + 1) * records_each, point);
    }
    BOOST_TEST(world.wrong.load() == 0U, point);
    return caught;
}

BOOST_AUTO_TEST_SUITE(stopped_thread)

/// All points whose names begin with one of `areas`. Under the address sanitizer each block is the
/// heap's, and nothing travels through the pool.
std::vector<std::string> points_of(const std::vector<std::string>& areas) {
    std::set<std::string> all;
    for (const auto& file : std::filesystem::directory_iterator(BELAY_STORE_TABLE_SOURCES)) {
        find_stop_points(file.path().string(), all);
    }
    std::vector<std::string> points;
    std::copy_if(all.begin(), all.end(), std::back_inserter(points), [&](const std::string& point) {
        return std::find(areas.begin(), areas.end(), point.substr(0, point.find('.'))) !=
               areas.end();
    });
    BOOST_TEST_REQUIRE(!points.empty());
    return points;
}

void stop_at_each(const std::vector<std::string>& points) {
    for (const std::string& point : points) {
        for (const unsigned skip : {0U, 100U}) {
            const bool caught = stop_at(point, skip);
            BOOST_TEST((caught || skip != 0), point << " is never reached");
        }
    }
}

BOOST_AUTO_TEST_CASE(in_the_table) {
    stop_at_each(points_of({"table"}));
}

BOOST_AUTO_TEST_CASE(in_a_cell) {
    stop_at_each(points_of({"cell"}));
}

BOOST_AUTO_TEST_CASE(in_an_entry) {
    stop_at_each(points_of({"entry"}));
}

BOOST_AUTO_TEST_CASE(in_the_epochs) {
    stop_at_each(points_of({"epochs"}));
}

BOOST_AUTO_TEST_CASE(in_the_index) {
    stop_at_each(points_of({"index"}));
}

BOOST_AUTO_TEST_CASE(in_the_pool) {
#ifndef BELAY_ADDRESS_SANITIZER
    stop_at_each(points_of({"pool"}));
#else
    BOOST_TEST_MESSAGE("under the address sanitizer nothing travels through the pool");
#endif
}

/// Every point belongs to an area that a case above goes through.
BOOST_AUTO_TEST_CASE(no_area_is_forgotten) {
    const auto known = points_of({"table", "cell", "entry", "epochs", "index", "pool"});
    std::set<std::string> all;
    for (const auto& file : std::filesystem::directory_iterator(BELAY_STORE_TABLE_SOURCES)) {
        find_stop_points(file.path().string(), all);
    }
    BOOST_TEST(known.size() == all.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
