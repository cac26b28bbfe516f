// Recorded histories of a table under growth, removal and insertion of the same few keys, and of
// one cell, are linearizable.
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "store/table/cell.hpp"
#include "tests/store/race/history.hpp"
#include "tests/store/table/fake_log.hpp"

namespace belay::store::testing {
namespace {

using test::FakeLog;
using test::Lane;
using test::mixed;
using test::Random;

constexpr std::size_t threads = 4;
constexpr std::uint64_t hot_keys = 3;
constexpr int rounds = 40;
constexpr int steps = 400;  ///< of a thread in a round

/// A node that can be told from every other that was ever there.
struct Named {
    std::uint64_t hash;
    std::uint64_t key;
    std::uint64_t name;
};

struct NamedTraits {
    using Node = Named;
    using Key = std::uint64_t;

    static std::uint64_t hash(const Named& node) noexcept { return node.hash; }
    static bool matches(const Named& node, std::uint64_t, std::uint64_t key) noexcept {
        return node.key == key;
    }
    static Named* make(PoolLane& pool, std::uint64_t hash, std::uint64_t key) noexcept {
        // Relaxed: a name is only told from others.
        static std::atomic<std::uint64_t> names{1};
        return new (pool.allocate(sizeof(Named)))
            Named{hash, key, names.fetch_add(1, std::memory_order_relaxed)};
    }
    static void destroy(PoolLane& pool, Named* node) noexcept { pool.release(node, sizeof(Named)); }
    static void free(Participant& by, void*, void* node) {
        destroy(by.pool(), static_cast<Named*>(node));
    }
};

using Table = PointerTable<NamedTraits>;

/// One round: its structures, and the history of each hot key.
struct Round {
    Pool pool;
    Table table{pool, 64};
    Epochs epochs{pool};
    Moments moments;
    std::vector<History> histories = std::vector<History>(hot_keys, History(threads));
};

void note(Round& round, std::size_t thread, std::uint64_t key, const Event& event) {
    round.histories[key][thread].push_back(event);
    round.histories[key][thread].back().responded = round.moments.next();
}

/// Keys collide: what is hot has neighbours in its run, and the rest makes the table grow.
void work_in_table(Round& round, std::size_t thread, std::uint64_t seed) {
    Lane lane(round.pool, round.epochs);
    Random random(seed);
    for (int step = 0; step < steps; ++step) {
        const std::uint64_t key = random.below(hot_keys);
        const std::uint64_t hash = mixed(key % 2);
        const Section section(lane.member);
        Event event{round.moments.next(), 0, 0, false, 0};
        const std::uint64_t kind = random.below(4);
        if (kind == 0) {
            const Named* node = round.table.find(hash, key);
            event.saw = node == nullptr ? 0 : node->name;
            note(round, thread, key, event);
        } else if (kind == 1) {
            const auto place = round.table.find_or_insert(lane.member, hash, key);
            event.wrote = place.made;
            (place.made ? event.value : event.saw) = place.node->name;
            note(round, thread, key, event);
        } else if (kind == 2) {
            Named* node = round.table.find(hash, key);
            event.saw = node == nullptr ? 0 : node->name;
            note(round, thread, key, event);
            if (node == nullptr) {
                continue;
            }
            event = {round.moments.next(), 0, node->name, true, 0};
            if (round.table.unlink(lane.member, hash, *node) == Unlink::unlinked) {
                note(round, thread, key, event);
                lane.member.retire(node, nullptr, &NamedTraits::free);
            }
        } else {
            const std::uint64_t cold = 1000 + thread * 1'000'000 + random.below(1 << 20);
            round.table.find_or_insert(lane.member, mixed(cold), cold);
        }
    }
}

void judge_all(const std::vector<History>& histories, int round) {
    for (std::size_t key = 0; key < histories.size(); ++key) {
        const Finding finding = judge(histories[key]);
        BOOST_TEST((finding == Finding::linearizable), "round " << round << ", record " << key
                                                                << ": finding "
                                                                << static_cast<int>(finding));
    }
}

/// Reads, swaps and takes back on one cell, as the store does with a record.
void work_on_cell(Round& round, Cell& cell, FakeLog& log, std::size_t thread, std::uint64_t seed) {
    Lane lane(round.pool, round.epochs);
    Random random(seed);
    test::Replaced replaced;
    const auto value_of = [](const Version* version) {
        test::Proof proof;
        if (version != nullptr) {
            std::memcpy(&proof, version->bytes().data(), sizeof proof);
        }
        return proof.value;
    };
    for (int step = 0; step < steps; ++step) {
        const Section section(lane.member);
        Event event{round.moments.next(), 0, 0, false, 0};
        const Version* newest = cell.newest_published();
        event.saw = value_of(newest);
        if (random.one_in(2)) {
            note(round, thread, 0, event);
            continue;
        }
        const std::uint64_t number = newest == nullptr ? 1 : newest->number() + 1;
        event.value = (thread + 1) << 32 | static_cast<std::uint64_t>(step + 1);
        Version* next = test::make_version(lane.memory, {1, number, event.value}, 0);
        if (!cell.swap(newest, next)) {
            Version::destroy(lane.memory, next);
            continue;  // it saw, and did nothing: as if it had not been
        }
        if (random.one_in(4)) {
            // Others look at what is pending, which they must not see.
            std::this_thread::yield();
            cell.put_back(next);
            Version::retire(lane.member, next);
            continue;
        }
        event.wrote = true;
        const job::Lsn lsn = log.reserve();
        next->set_lsn(lsn);
        log.publish(lsn);
        note(round, thread, 0, event);
        replaced.add(newest, lsn);
        replaced.retire_durable(lane.member, log.durable());
    }
    while (!replaced.empty()) {
        const Section section(lane.member);
        replaced.retire_durable(lane.member, log.durable());
        std::this_thread::yield();
    }
}

BOOST_AUTO_TEST_SUITE(store_table_history)

BOOST_AUTO_TEST_CASE(of_hot_keys_while_the_table_grows) {
    const std::uint64_t seed = test::run_seed();
    for (int number = 0; number < rounds; ++number) {
        Round round;
        test::on_threads(threads, [&](std::size_t thread) {
            work_in_table(round, thread, mixed(seed + static_cast<std::uint64_t>(number)) + thread);
        });
        judge_all(round.histories, number);
    }
}

BOOST_AUTO_TEST_CASE(of_one_cell) {
    const std::uint64_t seed = test::run_seed();
    for (int number = 0; number < rounds; ++number) {
        Round round;
        Cell cell;
        FakeLog log(1 << 16);
        test::on_threads(threads, [&](std::size_t thread) {
            work_on_cell(round, cell, log, thread,
                         mixed(seed + static_cast<std::uint64_t>(number)) + thread);
        });
        judge_all(round.histories, number);
        PoolLane lane(round.pool);
        if (cell.newest() != nullptr) {
            Version::destroy(lane, cell.newest());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
