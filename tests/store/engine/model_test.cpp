// Random work, then an end of some kind, then a start: what is there is what the model allows, and
// recovery is a function (reliability 4: 1, 2, 5, 6, 13 to 16).
#include <cstdlib>
#include <random>

#include <boost/test/unit_test.hpp>

#include "store/log/snapshots.hpp"
#include "tests/store/engine/scribe.hpp"

namespace belay::store::testing {
namespace {

std::uint64_t first_seed() {
    const char* given = std::getenv("BELAY_TEST_SEED");
    return given == nullptr ? 20'261'122 : std::strtoull(given, nullptr, 10);
}

/// The state hash of a store that starts from this disk, or nothing if it refuses.
std::optional<std::uint64_t> hash_of_start(world::SimDisk& disk, bool without_snapshots = false) {
    if (without_snapshots) {
        const auto starts = list_snapshots(disk);
        BOOST_REQUIRE(starts.has_value());
        for (const Lsn start : *starts) {
            BOOST_REQUIRE(disk.remove(snapshot_path(start)).has_value());
        }
    }
    const world::ManualClock clock(WallTime(Milliseconds(1)));
    world::SeededEntropy entropy(5);
    CountingListener listener;
    auto store = Store::open(disk, clock, entropy, make_schema(), small_settings(), listener);
    if (store.has_error()) {
        BOOST_TEST_MESSAGE("refused: " << store.error().what);
        return std::nullopt;
    }
    return (*store)->state_hash();
}

void end_somehow(Rig& rig, Scribe& scribe, std::mt19937_64& random) {
    switch (random() % 4) {
        case 0:
            if (!rig.disk->is_crashed()) {
                scribe.pump_and_poll();
                const auto closed = rig.store->close();
                if (closed.has_value()) {
                    const std::uint64_t running = rig.store->state_hash();
                    const auto copy = rig.disk->clone(1);
                    copy->restart();
                    const auto recovered = hash_of_start(*copy);
                    BOOST_TEST((recovered && *recovered == running));
                }
            }
            rig.kill();
            return;
        case 1:
            rig.kill();
            return;
        default:
            rig.power_loss(random());
            return;
    }
}

BOOST_AUTO_TEST_SUITE(store_model)

BOOST_AUTO_TEST_CASE(what_is_recovered_is_a_prefix_with_all_that_was_acknowledged) {
    int full_replays = 0;
    int crashes = 0;
    for (std::uint64_t seed = first_seed(); seed < first_seed() + 8; ++seed) {
        BOOST_TEST_MESSAGE("seed " << seed);
        std::mt19937_64 random(seed);
        Rig rig(seed);
        rig.open();
        Scribe scribe(rig, seed);
        for (int life = 0; life < 8; ++life) {
            if (random() % 2 == 0) {
                rig.disk->crash_at(1 + random() % 60);
            }
            const std::uint64_t steps = random() % 150;
            for (std::uint64_t at = 0; at < steps; ++at) {
                scribe.step();
                if (at % 16 == 0) {
                    BOOST_TEST(scribe.allows_visible(), "seed " << seed << " life " << life);
                }
            }
            crashes += rig.disk->is_crashed() ? 1 : 0;
            end_somehow(rig, scribe, random);
            const auto copy = rig.disk->clone(1);
            const auto again = rig.disk->clone(2);
            const auto from_the_log = rig.disk->clone(3);
            rig.open();
            BOOST_REQUIRE_MESSAGE(scribe.settle_on_visible(), "seed " << seed << " life " << life);
            const std::uint64_t hash = rig.store->state_hash();
            for (world::SimDisk* disk : {copy.get(), again.get(), copy.get()}) {
                const auto other = hash_of_start(*disk);
                BOOST_TEST((other && *other == hash), "seed " << seed << " life " << life);
            }
            if (const auto other = hash_of_start(*from_the_log, true)) {
                ++full_replays;
                BOOST_TEST(*other == hash, "seed " << seed << " life " << life);
            }
        }
    }
    BOOST_TEST_MESSAGE(crashes << " crashes, " << full_replays << " full replays");
    BOOST_TEST(crashes > 5);
    BOOST_TEST(full_replays > 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
