// Uploads: all rows or none, and of several bad rows the one on the smallest line.
#include "core/exports/transaction_set.hpp"

#include <map>

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"

namespace belay::exports {
namespace {

namespace errc = boost::system::errc;

const std::string names = "transaction_id,source_id,amount,currency,date\n";
const std::string rest = ",7d9f0a52-6c1b-4e57-9a3e-0b8f4c2d1e60,1.00,BRL,2026-11-20\n";

row_result<std::uint64_t> upload(world::Disk& disk, std::string_view text,
                                 std::size_t sort_memory_bytes = 0,
                                 UploadFormat format = UploadFormat::csv) {
    const auto machine =
        TransactionUpload::start(disk, format, {"rows", "temporary"}, sort_memory_bytes).value();
    for (std::size_t at = 0; at < text.size(); at += 1000) {
        const auto fed = machine->feed(text.substr(at, 1000));
        if (!fed) {
            return fed.error();
        }
    }
    return machine->finish();
}

std::string complaint(world::Disk& disk, std::string_view text) {
    const auto outcome = upload(disk, text);
    if (outcome) {
        return {};
    }
    BOOST_TEST(disk.list("").value().empty());  // nothing is left
    return std::to_string(outcome.error().line) + " " + outcome.error().column + ": " +
           outcome.error().what;
}

BOOST_AUTO_TEST_SUITE(transaction_set)

BOOST_AUTO_TEST_CASE(good_rows_are_counted_and_stored) {
    world::SimDisk disk(1);
    BOOST_TEST(upload(disk, names + "a" + rest + "b" + rest).value() == 2U);
    const std::vector<std::string> expected{"rows"};
    const auto left = disk.list("").value();
    BOOST_TEST(left == expected, boost::test_tools::per_element());
    auto reader = SetReader::open(disk, "rows").value();
    BOOST_TEST(reader.next().value()->row[Column::transaction_id] == "a");
    BOOST_TEST(reader.next().value()->row[Column::transaction_id] == "b");
    BOOST_TEST(reader.next().value() == nullptr);
    BOOST_TEST(upload(disk, names).value() == 0U);
    BOOST_TEST(upload(disk, "", 0, UploadFormat::ndjson).value() == 0U);
    BOOST_TEST(
        upload(disk,
               "{\"transaction_id\":\"a\",\"source_id\":\"7d9f0a526c1b4e579a3e0b8f4c2d1e60\","
               "\"amount\":0.10,\"currency\":\"EUR\",\"date\":\"2026-11-20\"}",
               0, UploadFormat::ndjson)
            .value() == 1U);
    BOOST_TEST(SetReader::open(disk, "rows").value().next().value()->row[Column::amount] == "0.10");
}

BOOST_AUTO_TEST_CASE(the_bad_row_on_the_smallest_line_is_told) {
    world::SimDisk disk(1);
    const std::string repeat = "transaction_id: transaction_id is the same as on line ";
    BOOST_TEST(complaint(disk, names + "a" + rest + "a" + rest) == "3 " + repeat + "2");
    BOOST_TEST(complaint(disk, names + "b" + rest + "a" + rest + "c" + rest + "a" + rest + "b" +
                                   rest + "a" + rest) == "5 " + repeat + "3");
    // A row that is bad in another way, before and after the repeat.
    BOOST_TEST(complaint(disk, names + "a" + rest + rest + "a" + rest) ==
               "3 transaction_id: transaction_id is required");
    BOOST_TEST(complaint(disk, names + "a" + rest + "a" + rest + rest) == "3 " + repeat + "2");
    BOOST_TEST(complaint(disk, names + "a" + rest + "a" + rest + "\"") == "3 " + repeat + "2");
    BOOST_TEST(complaint(disk, names + "a" + rest + "b" + rest + "c,d\n") ==
               "4 : the row has 2 cells, the first line names 5 columns");
    BOOST_TEST(complaint(disk, "x\n") == "1 : \"x\" is not the name of a column");
}

BOOST_AUTO_TEST_CASE(repeats_are_found_across_spilled_runs) {
    const std::uint64_t seed = 22;
    BOOST_TEST_MESSAGE("seed " << seed);
    world::SeededEntropy entropy(seed);
    for (int round = 0; round < 12; ++round) {
        world::SimDisk disk(1);
        // Several thousand ids in 32 KiB of memory: many runs, and in some rounds no repeat.
        const std::uint64_t rows = 2'000 + entropy.number() % 4'000;
        const std::uint64_t repeats = entropy.number() % 4;
        std::vector<std::string> ids;
        for (std::uint64_t row = 0; row < rows; ++row) {
            ids.push_back("id-" + std::to_string(entropy.number()));
        }
        for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
            ids[entropy.number() % rows] = ids[entropy.number() % rows];
        }
        std::string text = names;
        std::map<std::string, std::uint64_t> line_of;
        std::uint64_t expected = 0;
        for (std::uint64_t row = 0; row < rows; ++row) {
            text += ids[row] + rest;
            if (!line_of.emplace(ids[row], row + 2).second && expected == 0) {
                expected = row + 2;
            }
        }
        const auto outcome = upload(disk, text);
        BOOST_TEST(outcome.has_value() == (expected == 0));
        if (!outcome) {
            BOOST_TEST(outcome.error().line == expected);
            BOOST_TEST((outcome.error().code == Error::already_exists));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_error_of_the_disk_is_ours_and_leaves_nothing) {
    std::string text = names;
    for (int row = 0; row < 3'000; ++row) {
        text += "id-" + std::to_string(row) + rest;
    }
    int met = 0;
    for (const world::SimCall call :
         {world::SimCall::write, world::SimCall::read, world::SimCall::sync}) {
        for (std::uint64_t nth = 1;; nth += 3) {
            world::SimDisk disk(1);
            disk.fail({call, nth, {}}, errc::no_space_on_device);
            const auto outcome = upload(disk, text);
            if (outcome) {
                BOOST_TEST(*outcome == 3'000U);
                break;
            }
            BOOST_TEST((outcome.error().code == errc::no_space_on_device));
            BOOST_TEST(!outcome.error().is_of_a_row());
            BOOST_TEST(disk.list("").value().empty());
            ++met;
        }
    }
    BOOST_TEST(met > 4);
}

BOOST_AUTO_TEST_CASE(an_upload_that_is_dropped_leaves_nothing) {
    world::SimDisk disk(1);
    {
        const auto machine =
            TransactionUpload::start(disk, UploadFormat::csv, {"rows", "temporary"}, 0).value();
        machine->feed(names).value();
        for (int row = 0; row < 2'000; ++row) {
            machine->feed("id-" + std::to_string(row) + rest).value();
        }
        BOOST_TEST(disk.list("").value().size() == 2U);
    }
    BOOST_TEST(disk.list("").value().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
