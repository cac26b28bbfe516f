#include "store/log/recover.hpp"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/store/log/log_rig.hpp"

namespace belay::store {
namespace {

using test::History;
using test::LogRig;
using world::SimDisk;

std::size_t file_count(const SimDisk& disk) {
    return disk.list(log_directory)->size();
}

/// How a crash ends.
enum class End { kill, power_loss };

struct WayToEnd {
    End end;
    bool direct;  ///< O_DIRECT | O_DSYNC, or each write followed by fdatasync
};
constexpr WayToEnd ways_to_end[] = {
    {End::kill, true}, {End::kill, false}, {End::power_loss, true}, {End::power_loss, false}};

void end_process(SimDisk& disk, End end, std::uint64_t seed) {
    if (end == End::power_loss) {
        disk.power_loss(seed);
    } else {
        disk.kill();
    }
    disk.restart();
}

/// Segments below a release may be gone: where the log now begins, as a snapshot would say.
Lsn beginning(SimDisk& disk) {
    const auto begun = LogRecovery::begin(disk, "DIR");
    BOOST_TEST_REQUIRE(begun.has_value(), begun.error().what);
    const auto& segments = begun->inventory().segments;
    return segments.empty() ? first_lsn : segments.front().header.base_lsn;
}

History from(Lsn start, History history) {
    std::erase_if(history, [start](const test::Told& told) { return told.lsn < start; });
    return history;
}

BOOST_AUTO_TEST_SUITE(recover)

BOOST_AUTO_TEST_CASE(a_first_start_makes_an_empty_log) {
    SimDisk disk(1);
    LogRig rig(disk);
    const auto summary = rig.open();
    BOOST_TEST_REQUIRE(summary.has_value());
    BOOST_TEST(summary->next_lsn == first_lsn);
    BOOST_TEST(summary->frames == 0U);
    BOOST_TEST(rig.append() == first_lsn);
    rig.commit();
    BOOST_TEST((*test::read_history(disk) == rig.history));
}

BOOST_AUTO_TEST_CASE(a_clean_stop_and_a_start_give_the_same) {
    SimDisk disk(1);
    History history;
    for (int round = 0; round < 5; ++round) {
        LogRig rig(disk, static_cast<std::uint64_t>(round));
        const auto summary = rig.open();
        BOOST_TEST_REQUIRE(summary.has_value(), summary.error().what);
        BOOST_TEST(
            (summary->tail == TailDecision::clean_end || summary->tail == TailDecision::crash_end));
        BOOST_TEST((rig.history == history));
        rig.append();
        rig.append(5000);
        BOOST_TEST(rig.stop());
        history = rig.history;
        disk.kill();
        disk.restart();
    }
}

BOOST_AUTO_TEST_CASE(recovering_twice_gives_the_same) {
    SimDisk disk(1);
    Lsn next_lsn = 0;
    History history;
    {
        LogRig rig(disk);
        BOOST_TEST_REQUIRE(rig.open().has_value());
        for (int frame = 0; frame < 100; ++frame) {
            rig.append(3000);
            rig.commit();
        }
        history = rig.history;
    }
    for (int round = 0; round < 3; ++round) {
        disk.kill();
        disk.restart();
        LogRig rig(disk, 10);
        const auto summary = rig.open();
        BOOST_TEST_REQUIRE(summary.has_value(), summary.error().what);
        BOOST_TEST((rig.history == history));
        BOOST_TEST((next_lsn == 0 || summary->next_lsn == next_lsn));
        next_lsn = summary->next_lsn;
    }
}

/// A log that a power cut left with a torn end, over several segments.
std::unique_ptr<SimDisk> torn_disk(std::uint64_t seed) {
    SimDisk disk(seed);
    LogRig rig(disk, seed);
    BOOST_TEST_REQUIRE(rig.open().has_value());
    while (rig.writer->statistics().segments.load() < 2) {
        rig.append(9000);
        rig.commit();
    }
    for (int frame = 0; frame < 5; ++frame) {
        rig.append(700);
    }
    disk.crash_at(1);
    BOOST_TEST((rig.commit() == LogWriter::Did::failed));
    disk.power_loss(seed);
    disk.restart();
    return disk.clone(seed);
}

BOOST_AUTO_TEST_CASE(a_recovery_killed_at_every_change_and_run_again_gives_the_same) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        const auto start = torn_disk(seed);
        const History expected = *test::read_history(*start);
        for (const auto& [end, direct] : ways_to_end) {
            std::uint64_t nth = 1;
            for (bool finished = false; !finished; ++nth) {
                const auto disk = start->clone(seed);
                disk->crash_at(nth);
                {
                    LogRig rig(*disk, nth);
                    rig.options.direct = direct;
                    finished = rig.open().has_value();
                }
                BOOST_TEST_REQUIRE(finished == !disk->is_crashed(), nth);
                end_process(*disk, end, nth);
                LogRig again(*disk, nth + 1);
                const auto opened = again.open();
                BOOST_TEST_REQUIRE(opened.has_value(), opened.error().what);
                BOOST_TEST_REQUIRE((again.history == expected), nth);
                again.append();
                again.commit();
                BOOST_TEST_REQUIRE((*test::read_history(*disk) == again.history), nth);
            }
            BOOST_TEST(nth > 5U);
        }
    }
}

/// Does some of everything; stops at the first failure.
void work(LogRig& rig) {
    for (int round = 0; round < 12; ++round) {
        for (int frame = 0; frame < round % 4; ++frame) {
            rig.append(static_cast<std::size_t>(500 + 9000 * (frame % 2)));
        }
        if (rig.commit() == LogWriter::Did::failed) {
            return;
        }
        if (round % 5 == 4 && rig.idle() == LogWriter::Did::failed) {
            return;
        }
        if (round == 8) {
            rig.supply->release_below(rig.writer->durable_lsn() / 2 / 64 * 64);
        }
    }
    rig.stop();
}

BOOST_AUTO_TEST_CASE(a_log_killed_at_every_change_keeps_what_it_acknowledged) {
    for (const auto& [end, direct] : ways_to_end) {
        bool finished = false;
        for (std::uint64_t nth = 1; !finished; ++nth) {
            SimDisk disk(nth);
            disk.crash_at(nth);
            History acknowledged;
            History written;
            {
                LogRig rig(disk, nth);
                rig.options.direct = direct;
                if (rig.open().has_value()) {
                    work(rig);
                    acknowledged = rig.acknowledged();
                    written = rig.history;
                }
            }
            finished = !disk.is_crashed();
            end_process(disk, end, nth * 7);
            LogRig again(disk, nth + 1);
            const Lsn start = beginning(disk);
            const auto opened = again.open(start);
            BOOST_TEST_REQUIRE(opened.has_value(), opened.error().what);
            BOOST_TEST_REQUIRE(test::is_prefix(from(start, acknowledged), again.history), nth);
            BOOST_TEST_REQUIRE(test::is_prefix(again.history, from(start, written)), nth);
        }
    }
}

BOOST_AUTO_TEST_CASE(crash_after_crash_with_new_work_in_between) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SimDisk disk(seed);
        world::SeededEntropy entropy(seed);
        History acknowledged;
        for (int round = 0; round < 12; ++round) {
            const Lsn start = beginning(disk);
            disk.crash_at(1 + entropy.number() % 40);
            {
                LogRig rig(disk, entropy.number());
                rig.options.direct = entropy.number() % 2 == 0;
                const auto opened = rig.open(start);
                if (opened.has_value()) {
                    BOOST_TEST_REQUIRE(test::is_prefix(from(start, acknowledged), rig.history),
                                       seed);
                    work(rig);
                    acknowledged = rig.acknowledged();
                } else {
                    BOOST_TEST_REQUIRE(disk.is_crashed(), opened.error().what);
                }
            }
            end_process(disk, entropy.number() % 2 == 0 ? End::kill : End::power_loss,
                        entropy.number());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_restart_storm_makes_no_files) {
    for (const bool with_traffic : {false, true}) {
        SimDisk disk(1);
        std::size_t files = 0;
        for (std::uint64_t round = 0; round < 40; ++round) {
            LogRig rig(disk, round);
            const auto opened = rig.open();
            BOOST_TEST_REQUIRE(opened.has_value(), opened.error().what);
            BOOST_TEST((rig.history.size() == (with_traffic ? round : 0)));
            if (with_traffic) {
                rig.append();
            }
            rig.commit();
            if (round == 2) {
                files = file_count(disk);
            }
            BOOST_TEST((round < 2 || file_count(disk) == files));
            if (round % 3 == 0) {
                rig.stop();
            }
            disk.kill();
            disk.restart();
        }
        BOOST_TEST(files <= 3U);
    }
}

BOOST_AUTO_TEST_CASE(killed_before_the_helper_ran_a_storm_makes_no_files_either) {
    SimDisk disk(1);
    for (std::uint64_t round = 0; round < 20; ++round) {
        LogRig rig(disk, round);
        BOOST_TEST_REQUIRE(rig.open().has_value());
        BOOST_TEST(file_count(disk) <= 3U);
        disk.kill();
        disk.restart();
    }
}

BOOST_AUTO_TEST_CASE(a_failed_write_or_sync_is_final) {
    using boost::system::errc::errc_t;
    for (const world::SimCall call : {world::SimCall::write, world::SimCall::sync}) {
        for (const errc_t error : {errc_t::io_error, errc_t::no_space_on_device}) {
            for (std::uint64_t nth = 1; nth <= 3; ++nth) {
                SimDisk disk(nth);
                LogRig rig(disk, nth);
                rig.options.direct = call == world::SimCall::write;
                BOOST_TEST_REQUIRE(rig.open().has_value());
                rig.append();
                rig.commit();
                disk.fail({.call = call, .nth = nth, .path = segment_path(1)}, error);
                disk.fail({.call = call, .nth = nth, .path = segment_temporary_path(1)}, error);
                LogWriter::Did did = LogWriter::Did::slept;
                std::uint64_t groups = 0;
                while (did != LogWriter::Did::failed) {
                    BOOST_TEST_REQUIRE(++groups <= nth);
                    rig.append();
                    did = rig.commit();
                }
                BOOST_TEST(groups == nth);
                BOOST_TEST((rig.listener.error == error));
                BOOST_TEST(rig.writer->has_failed());
                const Lsn durable = rig.writer->durable_lsn();
                const History acknowledged = rig.acknowledged();
                // The disk works again; the log does not: what failed may be lost though a later
                // sync succeeds.
                const std::uint64_t changes = disk.changes();
                rig.append();
                BOOST_TEST((rig.commit() == LogWriter::Did::failed));
                BOOST_TEST(!rig.stop());
                BOOST_TEST(rig.writer->durable_lsn() == durable);
                BOOST_TEST(rig.listener.durable_lsn_ == durable);
                BOOST_TEST(disk.changes() == changes);
                end_process(disk, End::power_loss, nth);
                const auto seen = test::read_history(disk);
                BOOST_TEST_REQUIRE(seen.has_value(), seen.error().what);
                BOOST_TEST(test::is_prefix(acknowledged, *seen));
                BOOST_TEST(test::is_prefix(*seen, rig.history));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(replay_from_a_snapshot_gives_the_rest) {
    SimDisk disk(1);
    LogRig rig(disk);
    BOOST_TEST_REQUIRE(rig.open().has_value());
    for (int frame = 0; frame < 60; ++frame) {
        rig.append(6000);
        rig.commit();
    }
    for (std::size_t from = 0; from < rig.history.size(); from += 7) {
        const auto seen = test::read_history(disk, rig.history[from].lsn);
        BOOST_TEST_REQUIRE(seen.has_value(), seen.error().what);
        BOOST_TEST((*seen == History(rig.history.begin() + static_cast<std::ptrdiff_t>(from),
                                     rig.history.end())));
    }
    const Lsn end = rig.writer->durable_lsn();
    BOOST_TEST(test::read_history(disk, end)->empty());
    // A snapshot that is newer than the log: the log is an old copy.
    BOOST_TEST(test::read_history(disk, end + 64).has_error());
    BOOST_TEST(test::read_history(disk, first_lsn, end).has_value());
    BOOST_TEST(test::read_history(disk, first_lsn, end + 1).has_error());
}

BOOST_AUTO_TEST_CASE(a_new_segment_size_is_taken_over) {
    SimDisk disk(1);
    for (const std::uint64_t segment_bytes :
         {4 * test::small_segment_bytes, test::small_segment_bytes,
          2 * test::small_segment_bytes}) {
        LogRig rig(disk, segment_bytes, segment_bytes);
        const auto opened = rig.open();
        BOOST_TEST_REQUIRE(opened.has_value(), opened.error().what);
        for (int frame = 0; frame < 50; ++frame) {
            rig.append(9000);
            rig.commit();
        }
        BOOST_TEST((*test::read_history(disk) == rig.history));
        disk.kill();
        disk.restart();
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
