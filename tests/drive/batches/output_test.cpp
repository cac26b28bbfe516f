// The output file: what a flush has said to be durable is there after any crash, and nothing behind
// what the job's record names is ever part of it.
#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"
#include "http/drive/batches/output_file.hpp"

namespace belay::batch_drive {
namespace {

namespace errc = boost::system::errc;
using Call = world::SimCall;

constexpr std::string_view path = "files/batches/x.out";

std::string line(std::uint64_t number) {
    return "{\"id\":\"" + std::to_string(number) + "\"}" + std::string(number % 700, ' ') + "\n";
}

std::string contents(world::Disk& disk) {
    return world::read_whole(disk, path, 100'000'000).value();
}

void make_directory(world::SimDisk& disk) {
    disk.make_directory("files/batches").value();
    disk.sync_directory("files").value();
    disk.sync_directory("").value();
}

bool flush(OutputFile& output) {
    output.begin_flush();
    output.run();
    return !output.error();
}

BOOST_AUTO_TEST_SUITE(batch_output)

BOOST_AUTO_TEST_CASE(lines_are_appended_and_an_output_without_lines_is_a_file) {
    world::SimDisk disk(1);
    make_directory(disk);
    OutputFile output(disk, std::string(path), 0);
    BOOST_TEST(flush(output));
    BOOST_TEST(contents(disk).empty());
    output.append("a\n");
    output.begin_flush();
    output.append("b\n");  // while the flush runs
    output.run();
    BOOST_TEST(!output.error());
    BOOST_TEST(output.durable_bytes() == 2U);
    BOOST_TEST(output.pending_bytes() == 2U);
    BOOST_TEST(contents(disk) == "a\n");
    BOOST_TEST(flush(output));
    BOOST_TEST(contents(disk) == "a\nb\n");
    disk.power_loss(1);
    disk.restart();
    BOOST_TEST(contents(disk) == "a\nb\n");
}

BOOST_AUTO_TEST_CASE(what_no_record_names_is_cut_off) {
    world::SimDisk disk(1);
    make_directory(disk);
    {
        OutputFile output(disk, std::string(path), 0);
        output.append("named\nnot named\n");
        BOOST_TEST(flush(output));
    }
    OutputFile output(disk, std::string(path), 6);
    BOOST_TEST(flush(output));
    disk.power_loss(1);
    disk.restart();
    BOOST_TEST(contents(disk) == "named\n");
    OutputFile again(disk, std::string(path), 6);
    again.append("x\n");
    BOOST_TEST(flush(again));
    BOOST_TEST(contents(disk) == "named\nx\n");
}

BOOST_AUTO_TEST_CASE(lines_that_a_record_names_are_never_replaced_by_others) {
    world::SimDisk disk(1);
    make_directory(disk);
    OutputFile gone(disk, std::string(path), 10);
    gone.append("x\n");
    BOOST_TEST(!flush(gone));
    BOOST_TEST((gone.error() == errc::no_such_file_or_directory));
    BOOST_TEST(disk.list("files/batches").value().empty());
    OutputFile first(disk, std::string(path), 0);
    first.append("x\n");
    BOOST_TEST(flush(first));
    OutputFile shorter(disk, std::string(path), 10);
    BOOST_TEST(!flush(shorter));
    BOOST_TEST((shorter.error() == Error::corrupt));
    BOOST_TEST(contents(disk) == "x\n");
}

/// Lines in some flushes; each that fails is tried again.
BOOST_AUTO_TEST_CASE(after_any_error_the_next_flush_writes_what_the_one_before_did_not) {
    int met = 0;
    for (const Call call :
         {Call::open, Call::write, Call::sync, Call::resize, Call::sync_directory}) {
        for (std::uint64_t nth = 1; nth <= 6; ++nth) {
            for (const auto error : {errc::io_error, errc::no_space_on_device}) {
                world::SimDisk disk(nth);
                make_directory(disk);
                disk.fail({call, nth, {}}, error);
                OutputFile output(disk, std::string(path), 0);
                std::string expected;
                for (std::uint64_t number = 0; number < 50; ++number) {
                    output.append(line(number));
                    expected += line(number);
                    if (number % 10 != 9) {
                        continue;
                    }
                    const std::uint64_t durable = output.durable_bytes();
                    if (!flush(output)) {
                        BOOST_TEST((output.error() == error));
                        BOOST_TEST(output.durable_bytes() == durable);
                        ++met;
                        BOOST_TEST(flush(output));
                    }
                    BOOST_TEST(output.durable_bytes() == expected.size());
                }
                // By a sync that failed nothing is lost that a later flush has told.
                disk.power_loss(nth);
                disk.restart();
                BOOST_TEST((contents(disk) == expected));
            }
        }
    }
    BOOST_TEST(met > 20);
}

BOOST_AUTO_TEST_CASE(what_was_told_survives_a_crash_at_any_change) {
    std::uint64_t crashes = 0;
    for (std::uint64_t at = 1;; ++at) {
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            world::SimDisk disk(seed);
            make_directory(disk);
            disk.crash_at(at);
            std::string expected;
            std::uint64_t told = 0;
            std::uint64_t number = 0;
            for (bool is_over = false; !is_over;) {
                // What the job's record says: at times it is a flush behind.
                OutputFile output(disk, std::string(path), told);
                expected.resize(told);
                do {
                    for (int lines = 0; lines < 5; ++lines) {
                        output.append(line(number));
                        expected += line(number++);
                    }
                    is_over = number > 60;
                    if (!flush(output)) {
                        BOOST_TEST_REQUIRE(disk.is_crashed());
                        break;
                    }
                    told = number % 2 == 0 ? output.durable_bytes() : told;
                } while (!is_over);
                if (disk.is_crashed()) {
                    ++crashes;
                    disk.power_loss(seed);
                    disk.restart();
                    is_over = false;
                    BOOST_TEST_CONTEXT("crash at change " << at << ", seed " << seed) {
                        if (told != 0) {
                            BOOST_TEST_REQUIRE(
                                (contents(disk).substr(0, told) == expected.substr(0, told)));
                        }
                    }
                } else if (is_over) {
                    BOOST_TEST_REQUIRE((contents(disk) == expected));
                }
            }
        }
        if (crashes < at * 10) {
            break;
        }
    }
    BOOST_TEST(crashes > 200U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batch_drive
