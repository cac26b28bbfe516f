#include "core/sort/external_sort.hpp"

#include <map>

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"

namespace belay {
namespace {

namespace errc = boost::system::errc;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs random_pairs(std::uint64_t seed, std::size_t count, std::size_t keys) {
    world::SeededEntropy entropy(seed);
    Pairs pairs;
    for (std::size_t at = 0; at < count; ++at) {
        const std::uint64_t number = entropy.number() % keys;
        // Keys of several lengths, some with a byte that a signed comparison would put first.
        std::string key = (number % 3 == 0 ? "\xff" : "k") + std::to_string(number);
        key.append(number % 40, '-');
        pairs.emplace_back(std::move(key), std::to_string(at));
    }
    return pairs;
}

Pairs sorted(const Pairs& pairs) {
    const std::multimap<std::string, std::string> model(pairs.begin(), pairs.end());
    return {model.begin(), model.end()};
}

result<Pairs> run(world::Disk& disk, const Pairs& pairs, std::size_t memory_bytes) {
    ExternalSort sort(disk, "sort.tmp", memory_bytes);
    for (const auto& [key, value] : pairs) {
        const auto added = sort.add(key, value);
        if (!added) {
            return added.error();
        }
    }
    const auto done = sort.sort();
    if (!done) {
        return done.error();
    }
    Pairs given;
    while (true) {
        const auto record = sort.next();
        if (!record) {
            return record.error();
        }
        if (!record->has_value()) {
            return given;
        }
        given.emplace_back((*record)->key, (*record)->value);
    }
}

BOOST_AUTO_TEST_SUITE(external_sort)

BOOST_AUTO_TEST_CASE(any_count_comes_out_sorted_and_stable_and_nothing_is_left) {
    // One memory full, two runs, as many as a merge reads, one more, and a merge in two passes.
    for (const std::size_t count : {0U, 1U, 300U, 1'500U, 5'000U, 40'000U}) {
        for (const std::size_t keys : {1U, 50U, 1'000'000U}) {
            world::SimDisk disk(1);
            const Pairs pairs = random_pairs(count + keys, count, keys);
            const Pairs given = run(disk, pairs, 0).value();
            BOOST_TEST((given == sorted(pairs)), count << " records, " << keys << " keys");
            BOOST_TEST(disk.list("").value().empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(records_of_the_largest_size) {
    world::SimDisk disk(1);
    Pairs pairs;
    for (int at = 0; at < 60; ++at) {
        const auto key_size = static_cast<std::size_t>(1 + (at * 997) % 4096);
        pairs.emplace_back(std::string(key_size, static_cast<char>('a' + at % 7)),
                           std::string(ExternalSort::record_bytes_max - key_size, 'v'));
    }
    BOOST_TEST((run(disk, pairs, 0).value() == sorted(pairs)));
}

BOOST_AUTO_TEST_CASE(memory_that_is_enough_makes_no_file) {
    world::SimDisk disk(1);
    const Pairs pairs = random_pairs(1, 10'000, 100);
    BOOST_TEST((run(disk, pairs, 4 << 20).value() == sorted(pairs)));
    BOOST_TEST(disk.changes() == 0U);
}

BOOST_AUTO_TEST_CASE(every_error_of_the_disk_is_told_and_the_file_removed) {
    const Pairs pairs = random_pairs(1, 6'000, 100);
    int met = 0;
    for (const world::SimCall call :
         {world::SimCall::open, world::SimCall::write, world::SimCall::read}) {
        for (std::uint64_t nth = 1;; nth = nth * 3 / 2 + 1) {
            world::SimDisk disk(1);
            disk.fail({call, nth, {}}, errc::no_space_on_device);
            const auto outcome = run(disk, pairs, 0);
            BOOST_TEST(disk.list("").value().empty());
            if (outcome) {
                break;
            }
            BOOST_TEST((outcome.error() == errc::no_space_on_device));
            ++met;
        }
    }
    BOOST_TEST(met > 6);
}

BOOST_AUTO_TEST_CASE(a_run_whose_sizes_rot_is_corrupt) {
    world::SimDisk disk(1);
    ExternalSort sort(disk, "sort.tmp", 0);
    for (const auto& [key, value] : random_pairs(1, 3'000, 100)) {
        sort.add(key, value).value();
    }
    disk.flip_bit("sort.tmp", 3, 7);
    BOOST_TEST((sort.sort().error() == Error::corrupt));  // so many runs are merged twice
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay
