// The design rules of a store that keeps what it says, each on a disk that breaks it. What else is
// a rule is tested where it is at home: a torn tail told from rot (attack_*_test.cpp), nothing
// undurable is visible and one record per effect (order_test.cpp).
#include <functional>
#include <random>

#include <boost/test/unit_test.hpp>

#include "store/log/segment.hpp"
#include "store/log/snapshots.hpp"
#include "tests/store/engine/attacked_log.hpp"

namespace belay::store::testing {
namespace {

namespace errc = boost::system::errc;
using world::SimCall;
using world::SimDisk;

constexpr std::size_t steps_run = 60;

/// Every file is opened without O_DIRECT, so that a sync follows each write.
void refuse_direct(SimDisk& disk) {
    for (std::uint64_t number = 1; number < 30; ++number) {
        disk.fail({SimCall::open, 1, segment_temporary_path(number)}, errc::invalid_argument);
    }
}

/// Steps from `from` on until one is not committed; with marks, and a snapshot at times. Gives the
/// number of the first step that was not committed.
std::size_t work(Rig& rig, std::size_t from = 0) {
    for (std::size_t number = from; number < steps_run; ++number) {
        Ask ask = attacked_step(number);
        if (rig.run(ask) != Status::committed) {
            return number;
        }
        if (number % 7 == 3) {
            rig.clock.advance(Milliseconds(11));
            rig.store->pump();
        }
        if (number % 25 == 24) {
            (void)rig.store->write_snapshot();
        }
    }
    return steps_run;
}

/// The states of the history: number n is that after n steps.
const std::vector<Moment>& history() {
    static const std::vector<Moment> moments = [] {
        Rig rig(1, attacked_settings());
        rig.open();
        std::vector<Moment> made{moment_of(rig)};
        for (std::size_t number = 0; number < steps_run; ++number) {
            BOOST_TEST_REQUIRE((rig.run(attacked_step(number)) == Status::committed));
            made.push_back(moment_of(rig));
        }
        return made;
    }();
    return moments;
}

/// How many steps the open store has, by hash and content; at least `least`.
std::size_t steps_in(Rig& rig, std::size_t least, const std::string& what) {
    const Moment now = moment_of(rig);
    for (std::size_t at = least; at < history().size(); ++at) {
        if (history()[at].hash == now.hash) {
            BOOST_REQUIRE_MESSAGE(history()[at].content == now.content, what);
            return at;
        }
    }
    BOOST_REQUIRE_MESSAGE(false, what << ": less than was acknowledged, or another state");
    return 0;
}

/// Power goes, and a start finds everything acknowledged.
void check_after_power_loss(Rig& rig, std::uint64_t seed, std::size_t acknowledged,
                            const std::string& what) {
    rig.power_loss(seed);
    const auto opened = rig.try_open();
    BOOST_REQUIRE_MESSAGE(opened.has_value(), what << ": " << opened.error().what);
    BOOST_REQUIRE_MESSAGE(steps_in(rig, acknowledged, what) <= acknowledged + 1, what);
}

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(rule_1_the_first_failed_write_or_sync_is_the_last) {
    std::size_t failures = 0;
    for (const SimCall call : {SimCall::write, SimCall::sync}) {
        for (const errc::errc_t error : {errc::io_error, errc::no_space_on_device}) {
            for (std::uint64_t nth = 1; nth < 80; nth += is_full_size() ? 1 : 3) {
                Rig rig(nth, attacked_settings());
                if (call == SimCall::sync) {
                    refuse_direct(*rig.disk);
                }
                rig.open();
                rig.disk->fail({call, nth, {}}, error);
                const std::size_t acknowledged = work(rig);
                // It may have struck the next segment's making or a snapshot, which is no failure.
                if (rig.listener.count > 0) {
                    ++failures;
                    BOOST_TEST(rig.listener.count == 1);
                    BOOST_TEST((rig.listener.error == error));
                    const std::uint64_t changes = rig.disk->changes();
                    Ask later = attacked_step(acknowledged);
                    rig.lane(1).submit(later);
                    rig.store->pump();
                    rig.lane(1).poll();
                    BOOST_TEST((later.status() == Status::stopped));
                    BOOST_TEST(rig.store->close().has_error());
                    // No write and no sync was tried again.
                    BOOST_TEST(rig.disk->changes() == changes);
                }
                check_after_power_loss(rig, nth, acknowledged, "call " + std::to_string(nth));
            }
        }
    }
    BOOST_TEST(failures > 40U);
}

/// The log of a process that was killed between a write and its sync: a start sees what the disk
/// does not have. What that start serves must outlive the power.
BOOST_AUTO_TEST_CASE(rule_2_what_a_start_serves_is_durable_by_then) {
    std::size_t with_last = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        Rig rig(seed, attacked_settings());
        refuse_direct(*rig.disk);
        rig.open();
        std::size_t acknowledged = 0;
        for (; acknowledged < 10 + seed % 30; ++acknowledged) {
            BOOST_TEST_REQUIRE((rig.run(attacked_step(acknowledged)) == Status::committed));
        }
        rig.disk->crash_at(2);  // the sync behind the write
        Ask last = attacked_step(acknowledged);
        BOOST_TEST((rig.run(last) == Status::stopped));
        rig.kill();
        if (seed % 2 == 0) {
            refuse_direct(*rig.disk);
        }
        rig.open();
        const std::size_t served = steps_in(rig, acknowledged, "after the kill");
        with_last += served > acknowledged ? 1U : 0U;
        rig.power_loss(seed);
        rig.open();
        BOOST_TEST_REQUIRE(steps_in(rig, served, "after the power loss") == served, seed);
    }
    BOOST_TEST(with_last > 50U);
}

BOOST_AUTO_TEST_CASE(rule_2_a_start_is_killed_at_every_change_and_its_successor_too) {
    AttackedLog log(LastEnd::busy);
    std::uint64_t kills = 0;
    for (const bool power : {false, true}) {
        bool finished = false;
        for (std::uint64_t nth = 1; !finished; ++nth) {
            Rig rig(nth, attacked_settings());
            rig.disk = log.disk().clone(nth);
            const auto start_killed = [&](std::uint64_t at) {
                rig.disk->crash_at(at);
                const bool came_up = rig.try_open().has_value();
                power ? rig.power_loss(nth) : rig.kill();
                ++kills;
                return came_up;
            };
            finished = start_killed(nth);
            start_killed(1 + nth * 5 % 11);
            log.judge(*rig.disk, "a start killed at change " + std::to_string(nth));
        }
    }
    BOOST_TEST_MESSAGE(kills << " starts killed");
    BOOST_TEST(kills > 40U);
}

BOOST_AUTO_TEST_CASE(rule_4_a_lost_or_misdirected_write_is_noticed) {
    constexpr std::uint64_t places[] = {0, 4096, 8192, 12288, 40960, 139264};
    std::size_t refused = 0;
    for (std::uint64_t nth = 1; nth < 45; ++nth) {
        for (std::size_t lie = 0; lie <= std::size(places); ++lie) {
            if (!is_full_size() && (nth + lie) % 4 != 0) {
                continue;
            }
            Rig rig(nth, attacked_settings());
            rig.open();
            const world::SimTarget target{SimCall::write, nth, {}};
            if (lie == 0) {
                rig.disk->lose_write(target);
            } else {
                rig.disk->misdirect_write(target, places[lie - 1]);
            }
            const std::size_t acknowledged = work(rig);
            BOOST_TEST_REQUIRE(acknowledged == steps_run);
            rig.clock.advance(Milliseconds(11));
            rig.store->pump();
            rig.kill();
            const std::string what =
                "write " + std::to_string(nth) + ", lie " + std::to_string(lie);
            if (rig.try_open().has_value()) {
                steps_in(rig, acknowledged, what);
            } else {
                ++refused;
            }
        }
    }
    BOOST_TEST(refused > 10U);
}

/// At every change of a snapshot and of what it lets go of: whatever survives the power is whole,
/// and so is the generation before it.
BOOST_AUTO_TEST_CASE(rule_7_each_of_two_generations_of_snapshots_is_complete) {
    bool crashed = true;
    std::size_t fell_back = 0;
    for (std::uint64_t nth = 1; crashed; ++nth) {
        for (std::uint64_t seed = 1; seed <= (is_full_size() ? 40U : 4U); ++seed) {
            Rig rig(seed, attacked_settings());
            rig.open();
            const std::size_t acknowledged = work(rig);
            rig.disk->crash_at(nth);
            (void)rig.store->write_snapshot();
            rig.store->pump();
            crashed = rig.disk->is_crashed();
            check_after_power_loss(rig, nth * 100 + seed, acknowledged, "crash in a snapshot");
            rig.kill();
            const auto snapshots = *list_snapshots(*rig.disk);
            if (snapshots.size() > 1) {
                rig.disk->flip_bit(snapshot_path(snapshots[0]), 60, 1);
                rig.open();
                steps_in(rig, acknowledged, "the older snapshot");
                BOOST_TEST(!rig.store->recovery().warning.empty());
                ++fell_back;
            }
        }
    }
    BOOST_TEST(fell_back > 0U);
}

BOOST_AUTO_TEST_CASE(rule_8_no_name_that_counts_is_lost_with_the_power) {
    const std::uint64_t seeds = is_full_size() ? 2000 : 200;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        std::mt19937_64 random(seed);
        Rig rig(seed, attacked_settings());
        std::size_t acknowledged = 0;
        for (int life = 0; life < 3; ++life) {
            rig.open();
            acknowledged = steps_in(rig, acknowledged, "seed " + std::to_string(seed));
            rig.disk->crash_at(1 + random() % 120);
            acknowledged = work(rig, acknowledged);
            check_after_power_loss(rig, random(), acknowledged, "seed " + std::to_string(seed));
            acknowledged = steps_in(rig, acknowledged, "seed " + std::to_string(seed));
            rig.kill();
        }
    }
}

/// Any call of a start fails with any error: it refuses and says so, or did without; it tries no
/// read again; and the next start finds everything.
BOOST_AUTO_TEST_CASE(a_start_on_a_failing_disk_refuses_or_does_without) {
    AttackedLog log(LastEnd::idle);
    constexpr SimCall kinds[] = {SimCall::open, SimCall::read,           SimCall::write,
                                 SimCall::sync, SimCall::rename,         SimCall::remove,
                                 SimCall::list, SimCall::make_directory, SimCall::sync_directory,
                                 SimCall::lock};
    std::size_t refused = 0;
    for (const SimCall kind : kinds) {
        const auto calls_of_a_start = [&] {
            const auto disk = log.disk().clone(1);
            log.judge(*disk, "no failure");
            return disk->calls(kind);
        }();
        for (const auto error : {errc::io_error, errc::permission_denied,
                                 errc::read_only_file_system, errc::no_space_on_device}) {
            for (std::uint64_t nth = 1; nth <= calls_of_a_start; ++nth) {
                Rig rig(nth, attacked_settings());
                rig.disk = log.disk().clone(nth);
                rig.disk->fail({kind, nth, {}}, error);
                const auto opened = rig.try_open();
                const std::string what = "call " + std::to_string(nth) + " of kind " +
                                         std::to_string(static_cast<int>(kind));
                if (opened.has_error()) {
                    ++refused;
                    BOOST_REQUIRE_MESSAGE(opened.error().code == error, what);
                    BOOST_REQUIRE_MESSAGE(
                        opened.error().what.find(make_error_code(error).message()) !=
                            std::string::npos,
                        what << ": " << opened.error().what);
                    BOOST_REQUIRE_MESSAGE(
                        kind != SimCall::read || rig.disk->calls(SimCall::read) == nth,
                        what << ": reads go on");
                } else {
                    BOOST_REQUIRE_MESSAGE(kind != SimCall::read, what << ": a start without it");
                    BOOST_TEST_REQUIRE(moment_of(rig).hash == log.moments()[attacked_steps].hash);
                }
                rig.power_loss(nth);
                BOOST_TEST((log.judge(*rig.disk, "after " + what) == Verdict::all_there), what);
            }
        }
    }
    BOOST_TEST(refused > 100U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
