// A thread stopped anywhere inside an operation blocks no other thread (design 5). For every stop
// point: one thread, the victim, is held there in the middle of its work; the main thread then does
// everything that the structures offer, and must come to an end with right answers; then the victim
// goes on, and everything must be right again and freed.
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>

#include "store/table/ordered_index.hpp"
#include "store/table/record_table.hpp"
#include "store/table/stop_point.hpp"
#include "tests/store/table/fake_log.hpp"

namespace belay::store::test {
namespace {

/// Holds the first thread that asks for it at one stop point, the `skip`-th time it gets there.
class Trap {
  public:
    Trap(std::string_view point, unsigned skip) : point_(point), skip_(skip) {
        armed = this;
        set_stop_hook(&Trap::reached);
    }
    ~Trap() {
        set_stop_hook(nullptr);
        armed = nullptr;
    }
    Trap(const Trap&) = delete;
    Trap& operator=(const Trap&) = delete;

    /// The victim says so, and says when its work is over without having been caught.
    static void offer() { victim = true; }
    void done() {
        const std::lock_guard lock(mutex_);
        done_ = true;
        changed_.notify_all();
    }

    /// True when the victim stands in the trap, false when it got through.
    bool wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return caught_ || done_; });
        return caught_;
    }

    void release() {
        const std::lock_guard lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }

  private:
    static void reached(const char* point) {
        if (victim && armed != nullptr && armed->point_ == point) {
            armed->hold();
        }
    }

    void hold() {
        std::unique_lock lock(mutex_);
        if (caught_ || skip_-- != 0) {
            return;
        }
        caught_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return released_; });
    }

    static inline thread_local bool victim = false;
    static inline Trap* armed = nullptr;  ///< written only while no victim runs

    const std::string_view point_;
    unsigned skip_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool caught_ = false;
    bool released_ = false;
    bool done_ = false;
};

constexpr std::uint64_t records_each = 1'000;
constexpr std::uint64_t passes = 3;

struct World {
    Pool pool;
    RecordTable table{pool, 3, 64};
    OrderedIndex index{pool};
    Epochs epochs{pool};
    FakeLog log{1 << 16};
    job::ListId list{1, uuid(1)};
    std::atomic<std::uint64_t> wrong{0};
};

/// Gives a record its next version, in the open: no rival has these records.
void move(World& world, Lane& lane, Record& record, std::uint64_t number, Replaced& replaced,
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

/// Everything there is to do with records and entries numbered from `first` on.
void work(World& world, Lane& lane, std::uint64_t first) {
    Heights heights(first);
    Replaced replaced;
    for (std::uint64_t number = first; number < first + records_each; ++number) {
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
            Lane lane(world.pool, world.epochs);
            Trap::offer();
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
    }
    BOOST_TEST(world.wrong.load() == 0U, point);
    return caught;
}

BOOST_AUTO_TEST_SUITE(stopped_thread)

void stop_at_each(std::initializer_list<std::string_view> points) {
    for (const std::string_view point : points) {
        for (const unsigned skip : {0U, 100U}) {
            const bool caught = stop_at(point, skip);
            BOOST_TEST((caught || skip != 0), point);
        }
    }
}

BOOST_AUTO_TEST_CASE(in_the_table) {
    stop_at_each({"table.insert.before_cas", "table.grow.before_cas", "table.move.before_freeze",
                  "table.move.frozen", "table.carry.before_cas", "table.move.before_done",
                  "table.advance.before_cas", "table.unlink.before_cas", "table.walk.before_next"});
}

BOOST_AUTO_TEST_CASE(in_a_cell) {
    stop_at_each({"cell.newest_published.loaded", "cell.at.before_previous", "cell.swap.before_cas",
                  "cell.put_back.before_cas", "cell.kill.before_cas"});
}

BOOST_AUTO_TEST_CASE(in_the_epochs) {
    stop_at_each(
        {"epochs.enter.announced", "epochs.advance.before_scan", "epochs.advance.before_cas"});
}

BOOST_AUTO_TEST_CASE(in_the_index) {
    stop_at_each({"index.insert.before_cas", "index.link.before_cas", "index.erase.marked_above",
                  "index.erase.marked", "index.let_go", "index.search.before_unlink",
                  "index.scan.at_entry"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
