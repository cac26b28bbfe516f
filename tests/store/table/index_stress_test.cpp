#include <set>

#include "store/table/ordered_index.hpp"
#include "tests/store/table/support.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(index_stress)

constexpr std::size_t threads = 4;
constexpr std::size_t rounds = 20'000;
constexpr std::uint64_t numbers = 200;
constexpr std::uint64_t fixed_every = 10;  ///< every tenth entry stays all the while

struct Race {
    Pool pool;
    OrderedIndex index{pool};
    Epochs epochs{pool};
    job::ListId list{1, uuid(1)};
    std::vector<std::atomic<std::int64_t>> there = std::vector<std::atomic<std::int64_t>>(numbers);
    std::atomic<std::uint64_t> wrong{0};
};

std::uint64_t number_of(const job::Uuid& id) {
    std::uint64_t number = 0;
    for (std::size_t i = 8; i < 16; ++i) {
        number = number << 8 | id.octets[i];
    }
    return number;
}

/// In order, each at most once, and all that stay.
void check_scan(Race& race) {
    std::uint64_t last = numbers;
    std::uint64_t fixed = 0;
    race.index.scan(race.list, std::nullopt, [&](const job::Uuid& id) {
        const std::uint64_t number = number_of(id);
        race.wrong += number >= last;
        fixed += number % fixed_every == 0;
        last = number;
        return true;
    });
    race.wrong += fixed != numbers / fixed_every;
}

void change(Race& race, Lane& lane, Heights& heights, Random& random) {
    const std::uint64_t number = random.below(numbers);
    if (number % fixed_every == 0) {
        return;
    }
    if (random.one_in(2)) {
        if (race.index.insert(lane.member, heights, race.list, uuid(number)) == Insert::inserted) {
            ++race.there[number];
        }
    } else if (race.index.erase(lane.member, race.list, uuid(number))) {
        --race.there[number];
    }
}

BOOST_AUTO_TEST_CASE(entries_come_and_go_and_scans_stay_right) {
    const std::uint64_t seed = run_seed();
    Race race;
    {
        Lane lane(race.pool, race.epochs);
        Heights heights(seed);
        const Section section(lane.member);
        for (std::uint64_t number = 0; number < numbers; number += fixed_every) {
            race.index.insert(lane.member, heights, race.list, uuid(number));
            race.there[number] = 1;
        }
    }
    on_threads(threads, [&](std::size_t index) {
        Lane lane(race.pool, race.epochs);
        Random random(seed + index);
        Heights heights(random.next());
        for (std::size_t round = 0; round < rounds; ++round) {
            const Section section(lane.member);
            if (random.one_in(20)) {
                check_scan(race);
            } else {
                change(race, lane, heights, random);
            }
        }
    });
    BOOST_TEST(race.wrong.load() == 0U);
    std::set<std::uint64_t> found;
    Lane lane(race.pool, race.epochs);
    {
        const Section section(lane.member);
        race.index.scan(race.list, std::nullopt, [&](const job::Uuid& id) {
            found.insert(number_of(id));
            return true;
        });
        for (std::uint64_t number = 0; number < numbers; ++number) {
            BOOST_TEST(race.there[number].load() == (found.contains(number) ? 1 : 0), number);
        }
        BOOST_TEST(race.index.size() == found.size());
        for (const std::uint64_t number : found) {
            BOOST_TEST(race.index.erase(lane.member, race.list, uuid(number)));
        }
    }
    for (int i = 0; i < 5; ++i) {
        lane.member.collect();
    }
    BOOST_TEST(race.pool.bytes_in_use() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
