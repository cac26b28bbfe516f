#include "store/table/ordered_index.hpp"

#include <set>

#include "tests/store/table/support.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(ordered_index)

job::ListId list_of(std::uint16_t list, std::uint64_t owner) {
    return {list, uuid(owner)};
}

struct Fixture {
    Pool pool;
    std::unique_ptr<OrderedIndex> index = std::make_unique<OrderedIndex>(pool);
    std::unique_ptr<Epochs> epochs = std::make_unique<Epochs>(pool);
    std::unique_ptr<Lane> lane = std::make_unique<Lane>(pool, *epochs);
    Heights heights{1};

    ~Fixture() {
        lane.reset();
        epochs.reset();
        index.reset();
        BOOST_TEST(pool.bytes_in_use() == 0U);
    }

    Insert insert(const job::ListId& list, std::uint64_t number) {
        return index->insert(lane->member, heights, list, uuid(number));
    }

    std::vector<job::Uuid> scan(const job::ListId& list,
                                const std::optional<job::Uuid>& after = std::nullopt,
                                std::size_t most = SIZE_MAX) {
        std::vector<job::Uuid> found;
        index->scan(list, after, [&](const job::Uuid& id) {
            found.push_back(id);
            return found.size() < most;
        });
        return found;
    }
};

BOOST_FIXTURE_TEST_CASE(a_scan_gives_the_newest_first, Fixture) {
    const Section section(lane->member);
    for (const std::uint64_t number : {5U, 1U, 9U, 3U, 7U}) {
        BOOST_TEST((insert(list_of(1, 1), number) == Insert::inserted));
    }
    BOOST_TEST((insert(list_of(1, 1), 3) == Insert::exists));
    BOOST_TEST((scan(list_of(1, 1)) == std::vector{uuid(9), uuid(7), uuid(5), uuid(3), uuid(1)}));
    BOOST_TEST((scan(list_of(1, 1), uuid(7)) == std::vector{uuid(5), uuid(3), uuid(1)}));
    BOOST_TEST((scan(list_of(1, 1), uuid(6), 1) == std::vector{uuid(5)}));
    BOOST_TEST(scan(list_of(1, 1), uuid(1)).empty());
    BOOST_TEST(index->size() == 5U);
}

BOOST_FIXTURE_TEST_CASE(lists_do_not_run_into_each_other, Fixture) {
    const Section section(lane->member);
    job::Uuid greatest;
    greatest.octets.fill(0xff);
    for (std::uint16_t list = 0; list < 3; ++list) {
        for (std::uint64_t owner = 0; owner < 3; ++owner) {
            index->insert(lane->member, heights, list_of(list, owner), greatest);
            index->insert(lane->member, heights, list_of(list, owner), job::Uuid{});
        }
    }
    for (std::uint16_t list = 0; list < 3; ++list) {
        BOOST_TEST((scan(list_of(list, 1)) == std::vector{greatest, job::Uuid{}}));
        BOOST_TEST((scan(list_of(list, 1), greatest) == std::vector{job::Uuid{}}));
    }
    BOOST_TEST(scan(list_of(3, 0)).empty());
    BOOST_TEST(scan(list_of(1, 4)).empty());
}

BOOST_FIXTURE_TEST_CASE(agrees_with_a_set, Fixture) {
    Random random(run_seed());
    std::set<std::uint64_t> model[4];
    for (int round = 0; round < 60'000; ++round) {
        const Section section(lane->member);
        const std::uint64_t owner = random.below(4);
        const std::uint64_t number = random.below(1'000);
        const job::ListId list = list_of(1, owner);
        if (random.one_in(2)) {
            BOOST_TEST_REQUIRE((insert(list, number) == Insert::inserted) ==
                               model[owner].insert(number).second);
        } else {
            BOOST_TEST_REQUIRE(index->erase(lane->member, list, uuid(number)) ==
                               (model[owner].erase(number) != 0));
        }
        if (random.one_in(100)) {
            const std::uint64_t after = random.below(1'000);
            std::vector<job::Uuid> expected;
            for (auto at = model[owner].lower_bound(after); at != model[owner].begin();) {
                expected.push_back(uuid(*--at));
            }
            BOOST_TEST_REQUIRE((scan(list, uuid(after)) == expected));
        }
    }
    BOOST_TEST(index->size() ==
               model[0].size() + model[1].size() + model[2].size() + model[3].size());
}

BOOST_FIXTURE_TEST_CASE(an_entry_costs_about_thirty_five_bytes, Fixture) {
    constexpr std::uint64_t count = 20'000;
    for (std::uint64_t number = 0; number < count; ++number) {
        const Section section(lane->member);
        insert(list_of(1, 1), number);
    }
    BOOST_TEST(pool.bytes_in_use() / count >= 32U);
    BOOST_TEST(pool.bytes_in_use() / count <= 36U);
}

BOOST_AUTO_TEST_CASE(heights_thin_out_by_four) {
    Heights heights(7);
    std::size_t of_height[Heights::max + 1] = {};
    constexpr std::size_t count = 1 << 18;
    for (std::size_t i = 0; i < count; ++i) {
        const unsigned height = heights.next();
        BOOST_TEST_REQUIRE((height >= 1 && height <= Heights::max));
        ++of_height[height];
    }
    for (unsigned height = 1, expected = count * 3 / 4; height <= 4; ++height, expected /= 4) {
        BOOST_TEST(of_height[height] > expected * 9 / 10);
        BOOST_TEST(of_height[height] < expected * 11 / 10);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
