// Recovery is a function of the directory: how often, from which copy and from which snapshot it is
// done changes nothing, and what it gives is what was there when the process ended.
#include <boost/test/unit_test.hpp>

#include "store/log/snapshots.hpp"
#include "tests/store/engine/scribe.hpp"

namespace belay::store::testing {
namespace {

constexpr std::uint64_t seeds = 12;

/// Some life: transitions, marks, two snapshots, and more transitions.
void live(Rig& rig, std::uint64_t seed) {
    Scribe scribe(rig, seed);
    for (int part = 0; part < 3; ++part) {
        for (int step = 0; step < 150; ++step) {
            scribe.step();
        }
        scribe.pump_and_poll();
        rig.clock.advance(Milliseconds(11));
        rig.store->pump();
        if (part < 2) {
            BOOST_TEST_REQUIRE(rig.store->write_snapshot().has_value());
        }
    }
    while (rig.lane(0).pending() + rig.lane(1).pending() + rig.lane(2).pending() != 0) {
        scribe.pump_and_poll();
        // A name whose record is dying comes free when the lane that removed it sleeps.
        for (const std::size_t at : {0U, 1U, 2U}) {
            rig.lane(at).about_to_sleep();
            rig.lane(at).woke();
        }
    }
}

struct Recovered {
    std::uint64_t hash = 0;
    job::Lsn durable = 0;

    friend bool operator==(const Recovered&, const Recovered&) = default;
};

Recovered recover(world::SimDisk& disk, std::uint64_t seed) {
    Rig rig(seed);
    rig.disk = disk.other_process();
    rig.open();
    return {rig.store->state_hash(), rig.store->durable()};
}

BOOST_AUTO_TEST_SUITE(recovery_is_a_function)

BOOST_AUTO_TEST_CASE(again_and_of_a_copy_it_gives_what_was_there) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        Rig rig(seed);
        rig.open();
        live(rig, seed);
        const Recovered running{rig.store->state_hash(), rig.store->durable()};
        if (seed % 2 == 0) {
            rig.close();
        } else {
            rig.kill();
        }
        const auto copy = rig.disk->clone(seed);
        for (int time = 0; time < 4; ++time) {
            BOOST_TEST((recover(*rig.disk, seed + 100) == running), seed);
        }
        BOOST_TEST((recover(*copy, seed + 200) == running), seed);
        copy->power_loss(seed);
        copy->restart();
        BOOST_TEST((recover(*copy, seed + 300) == running), seed);
    }
}

BOOST_AUTO_TEST_CASE(a_snapshot_and_the_log_behind_it_are_the_whole_log) {
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        Rig rig(seed);
        rig.open();
        live(rig, seed);
        const Recovered running{rig.store->state_hash(), rig.store->durable()};
        rig.kill();
        const auto starts = *list_snapshots(*rig.disk);
        BOOST_TEST_REQUIRE(starts.size() == 2U);
        for (unsigned kept = 0; kept < 4; ++kept) {
            const auto copy = rig.disk->clone(seed);
            for (const std::size_t at : {0U, 1U}) {
                if ((kept >> at & 1U) == 0) {
                    BOOST_TEST_REQUIRE(copy->remove(snapshot_path(starts[at])).has_value());
                }
            }
            BOOST_TEST((recover(*copy, seed) == running), "snapshots " << kept);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
