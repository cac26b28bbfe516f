// Which rows of a file repeat an id, against a map that holds them all.
#include "core/batches/repeated_ids.hpp"

#include <map>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/batches/row.hpp"
#include "core/world/disk_sim.hpp"

namespace belay::batches {
namespace {

namespace errc = boost::system::errc;
using Ids = std::vector<std::string>;
using Repeats = std::vector<RepeatedIds::Repeat>;
using Wanted = RepeatedIds::Wanted;

/// Ids of one to 64 characters, of so many different ones.
Ids random_ids(std::uint64_t seed, std::size_t count, std::uint64_t kinds) {
    world::SeededEntropy entropy(seed);
    Ids ids;
    for (std::size_t at = 0; at < count; ++at) {
        const std::uint64_t kind = entropy.number() % kinds;
        std::string id = std::to_string(kind);
        id.append((kind * 7) % (row_id_bytes_max + 1 - id.size()), kind % 2 == 0 ? '-' : 'z');
        ids.push_back(std::move(id));
    }
    return ids;
}

/// Each on the line with its number, counted from 1 in steps of 3: blank lines lie between.
std::uint64_t line_of(std::size_t at) {
    return 1 + 3 * std::uint64_t{at};
}

Repeats plainly(const Ids& ids) {
    std::map<std::string, std::uint64_t> firsts;
    Repeats repeats;
    for (std::size_t at = 0; at < ids.size(); ++at) {
        const auto [first, is_new] = firsts.emplace(ids[at], line_of(at));
        if (!is_new) {
            repeats.push_back({line_of(at), first->second});
        }
    }
    return repeats;
}

struct Found {
    std::optional<RepeatedIds::Repeat> first;
    std::string first_id;
    Repeats all;
};

result<Found> find(world::Disk& disk, const Ids& ids, Wanted wanted, std::size_t memory_bytes) {
    RepeatedIds repeated(disk, "in.ids", wanted, memory_bytes);
    for (std::size_t at = 0; at < ids.size(); ++at) {
        if (const auto noted = repeated.note(ids[at], line_of(at)); !noted) {
            return noted.error();
        }
    }
    if (const auto finished = repeated.finish(); !finished) {
        return finished.error();
    }
    auto compared = repeated.compare(100);
    while (compared && *compared == RepeatedIds::Compared::some) {
        compared = repeated.compare(100);
    }
    if (!compared) {
        return compared.error();
    }
    Found found{repeated.first(), std::string(repeated.first_id()), {}};
    while (wanted == Wanted::all) {
        const auto repeat = repeated.next();
        if (!repeat) {
            return repeat.error();
        }
        if (!*repeat) {
            break;
        }
        found.all.push_back(**repeat);
    }
    return found;
}

BOOST_AUTO_TEST_SUITE(repeated_row_ids)

BOOST_AUTO_TEST_CASE(what_a_map_finds_is_found_in_any_memory) {
    for (const std::size_t count : {0U, 1U, 2U, 500U, 9'000U}) {
        // All the same, each some times, few twice, none.
        for (const std::uint64_t kinds : {1U, 40U, 20'000U, 4'000'000'000U}) {
            const Ids ids = random_ids(count + kinds, count, kinds);
            const Repeats expected = plainly(ids);
            for (const std::size_t memory : {std::size_t{0}, std::size_t{8} << 20U}) {
                BOOST_TEST_CONTEXT(count << " ids of " << kinds << " in " << memory << " bytes") {
                    world::SimDisk disk(1);
                    const Found found = find(disk, ids, Wanted::all, memory).value();
                    BOOST_TEST((found.all == expected));
                    const Found first = find(disk, ids, Wanted::first, memory).value();
                    BOOST_TEST(first.first.has_value() == !expected.empty());
                    BOOST_TEST((first.first == found.first));
                    if (first.first) {
                        BOOST_TEST((*first.first == expected.front()));
                        BOOST_TEST(line_of(0) <= first.first->first_line);
                        BOOST_TEST(first.first_id == ids[(first.first->line - 1) / 3]);
                    }
                    BOOST_TEST(disk.list("").value().empty());
                    BOOST_TEST((memory == 0 || disk.changes() == 0U));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_error_of_the_disk_is_told_and_no_file_is_left) {
    const Ids ids = random_ids(1, 9'000, 40);
    int met = 0;
    for (const world::SimCall call :
         {world::SimCall::open, world::SimCall::write, world::SimCall::read}) {
        for (std::uint64_t nth = 1;; nth = nth * 3 / 2 + 1) {
            world::SimDisk disk(1);
            disk.fail({call, nth, {}}, errc::no_space_on_device);
            const auto found = find(disk, ids, Wanted::all, 0);
            BOOST_TEST(disk.list("").value().empty());
            if (found) {
                break;
            }
            BOOST_TEST((found.error() == errc::no_space_on_device));
            ++met;
        }
    }
    BOOST_TEST(met > 6);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batches
