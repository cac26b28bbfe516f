// A start with threads brings back what a start without them does: records, keys and lists.
#include <random>

#include <boost/test/unit_test.hpp>

#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

constexpr std::uint64_t owners = 5;
constexpr std::uint64_t names = 400;

Settings threaded_settings() {
    Settings settings = small_settings();
    settings.single_threaded = false;
    return settings;
}

/// Few names, so that much is changed, removed and made again; large values, so that batches, and
/// pieces of files, end in the midst of everything.
void work(Rig& rig, std::mt19937_64& random, int steps) {
    for (int step = 0; step < steps; ++step) {
        const std::uint64_t number = random() % names;
        const std::string text(random() % 8 == 0 ? random() % 20'000 : random() % 40, 'x');
        switch (random() % 5) {
            case 0:
                rig.run(remove(item(number)));
                break;
            case 1:
                rig.run(claim("key " + std::to_string(number), text));
                break;
            case 2:
                rig.run(forget("key " + std::to_string(number)));
                break;
            default:
                rig.run(put(item(number), item_value(number % owners, text)));
        }
    }
}

BOOST_AUTO_TEST_SUITE(store_start_threads)

BOOST_AUTO_TEST_CASE(threads_bring_back_what_one_thread_does) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        BOOST_TEST_MESSAGE("seed " << seed);
        std::mt19937_64 random(seed);
        Rig rig(seed);
        rig.open();
        work(rig, random, 1'500);
        if (seed % 2 == 0) {
            BOOST_TEST(rig.store->write_snapshot().has_value());
            work(rig, random, 1'500);
        }
        const std::uint64_t running = rig.store->state_hash();
        Rig threaded(seed, threaded_settings());
        threaded.disk = rig.disk->clone(1);
        Rig plain(seed);
        plain.disk = rig.disk->clone(1);
        for (Rig* other : {&threaded, &plain}) {
            other->open();
            BOOST_TEST(other->store->state_hash() == running, "seed " << seed);
            for (std::uint64_t owner = 0; owner < owners; ++owner) {
                BOOST_TEST(other->list(owner) == rig.list(owner),
                           "seed " << seed << " owner " << owner);
            }
        }
        BOOST_TEST(threaded.store->recovery().records == plain.store->recovery().records);
        BOOST_TEST(threaded.store->recovery().keys == plain.store->recovery().keys);
        BOOST_TEST(threaded.store->recovery().frames_replayed ==
                   plain.store->recovery().frames_replayed);
        for (Rig* other : {&threaded, &plain}) {
            other->kill();
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
