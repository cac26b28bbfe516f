// A crash in each disk operation of a small run, then in each of the start after it.
#include <boost/test/unit_test.hpp>

#include "tests/store/engine/scribe.hpp"

namespace belay::store::testing {
namespace {

/// The same every time: transitions, two snapshots, a clean stop and a start.
void run_script(Rig& rig, Scribe& scribe) {
    for (int part = 0; part < 3; ++part) {
        for (int at = 0; at < 12; ++at) {
            scribe.submit();
            if (at % 3 == 2) {
                scribe.pump_and_poll();
            }
        }
        (void)rig.store->write_snapshot();
    }
    scribe.pump_and_poll();
    (void)rig.store->close();
}

/// The same, and crashes at the `nth` change; false if it came to its end before.
bool crashes_at(std::uint64_t nth, Rig& rig, Scribe& scribe) {
    rig.disk->crash_at(nth);
    if (rig.try_open().has_value()) {
        run_script(rig, scribe);
    }
    return rig.disk->is_crashed();
}

void end(Rig& rig, bool power, std::uint64_t seed) {
    if (power) {
        rig.power_loss(seed);
    } else {
        rig.kill();
    }
}

BOOST_AUTO_TEST_SUITE(store_crash)

BOOST_AUTO_TEST_CASE(at_every_disk_operation) {
    std::uint64_t nth = 1;
    for (bool crashed = true; crashed; ++nth) {
        for (const bool power : {false, true}) {
            Rig rig(nth);
            Scribe scribe(rig, 7);
            crashed = crashes_at(nth, rig, scribe);
            end(rig, power, nth);
            // The start after it may crash, too, a few times.
            for (std::uint64_t inner = 1; inner < 40; inner += 3 + nth % 7) {
                const auto copy = rig.disk->clone(inner);
                copy->crash_at(inner);
                CountingListener listener;
                world::SeededEntropy entropy(inner);
                {
                    const auto store = Store::open(*copy, rig.clock, entropy, make_schema(),
                                                   rig.settings, listener);
                    if (store.has_value()) {
                        break;
                    }
                }
                if (power) {
                    copy->power_loss(inner);
                }
                copy->restart();
                const auto store =
                    Store::open(*copy, rig.clock, entropy, make_schema(), rig.settings, listener);
                BOOST_TEST(store.has_value(), "crash at " << nth << ", then at " << inner << ": "
                                                          << store.error().what);
            }
            const auto opened = rig.try_open();
            BOOST_REQUIRE_MESSAGE(opened.has_value(),
                                  "crash at " << nth << ": " << opened.error().what);
            BOOST_REQUIRE_MESSAGE(scribe.settle_on_visible(), "crash at " << nth);
        }
    }
    BOOST_TEST_MESSAGE(nth << " disk operations");
    BOOST_TEST(nth > 40U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
