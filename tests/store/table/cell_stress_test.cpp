#include <barrier>

#include "store/table/cell.hpp"
#include "tests/store/table/fake_log.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(cell_stress)

constexpr std::size_t threads = 4;
constexpr std::uint64_t versions = 30'000;

struct Race {
    Pool pool;
    Cell record;
    Epochs epochs{pool};
    FakeLog log{versions + 256};
    std::vector<std::atomic<std::uint32_t>> winners =
        std::vector<std::atomic<std::uint32_t>>(versions + 2);
    std::atomic<std::uint64_t> torn{0};
    std::atomic<std::uint64_t> went_back{0};
    std::barrier<> end{threads};
};

/// Tries to move the record on by one version; sometimes changes its mind.
void try_to_move(Race& race, Lane& lane, Random& random, Replaced& replaced) {
    const Version* newest = race.record.newest_published();
    const std::uint64_t number = newest == nullptr ? 1 : newest->number() + 1;
    if (number > versions) {
        return;
    }
    Version* next = make_version(lane.memory, {7, number, random.next()}, random.below(40));
    if (!race.record.swap(newest, next)) {
        Version::destroy(lane.memory, next);
        return;
    }
    if (random.one_in(4)) {
        race.record.put_back(next);
        Version::retire(lane.member, next);
        return;
    }
    const job::Lsn lsn = race.log.reserve();
    race.winners[number].fetch_add(1);
    next->set_lsn(lsn);
    race.log.publish(lsn);
    replaced.add(newest, lsn);
}

/// What a reader and a decider may see.
void look(Race& race, std::uint64_t& last) {
    const job::Lsn durable = race.log.durable();
    const Version* at = race.record.at(durable);
    Proof proof;
    if (at != nullptr) {
        race.torn += !read_proof(*at, 7, proof) || at->lsn() >= durable;
        race.went_back += at->number() < last;
        last = at->number();
    }
    if (const Version* newest = race.record.newest_published(); newest != nullptr) {
        race.torn += !read_proof(*newest, 7, proof);
        race.went_back += newest->number() < last;
    }
}

BOOST_AUTO_TEST_CASE(one_winner_for_each_version_and_no_reader_goes_back) {
    const std::uint64_t seed = run_seed();
    Race race;
    on_threads(threads, [&](std::size_t index) {
        Lane lane(race.pool, race.epochs);
        Random random(seed + index);
        Replaced replaced;
        std::uint64_t last = 0;
        while (last < versions) {
            const Section section(lane.member);
            if (random.one_in(3)) {
                look(race, last);
            } else {
                try_to_move(race, lane, random, replaced);
                replaced.retire_durable(lane.member, race.log.durable());
            }
        }
        race.end.arrive_and_wait();  // everything is durable now
        const Section section(lane.member);
        replaced.retire_durable(lane.member, race.log.durable());
        race.torn += !replaced.empty();
    });
    BOOST_TEST(race.torn.load() == 0U);
    BOOST_TEST(race.went_back.load() == 0U);
    for (std::uint64_t number = 1; number <= versions; ++number) {
        BOOST_TEST_REQUIRE(race.winners[number].load() == 1U, number);
    }
    Lane lane(race.pool, race.epochs);
    {
        const Section section(lane.member);
        Version::retire(lane.member, race.record.newest());
    }
    for (int i = 0; i < 5; ++i) {
        lane.member.collect();
    }
    BOOST_TEST(race.pool.bytes_in_use() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
