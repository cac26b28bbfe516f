// Snapshots: what they hold, when there is a new one, and that the log behind them goes.
#include <boost/test/unit_test.hpp>

#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

struct OpenRig : Rig {
    OpenRig() { open(); }
};

BOOST_FIXTURE_TEST_SUITE(store_snapshots, OpenRig)

BOOST_AUTO_TEST_CASE(a_snapshot_and_the_tail_are_the_whole_log) {
    for (std::uint64_t number = 0; number < 50; ++number) {
        run(put(item(number), item_value(1, "x")));
        run(claim("key " + std::to_string(number), "body"));
    }
    run(remove(item(3)));
    BOOST_TEST(store->write_snapshot().has_value());
    run(remove(item(4)));
    run(forget("key 5"));
    run(put(item(6), item_value(1, "y")));
    const std::uint64_t running = store->state_hash();
    kill();
    open();
    BOOST_TEST(store->state_hash() == running);
    BOOST_TEST(store->recovery().frames_replayed == 3U);
    BOOST_TEST(store->recovery().records == 48U);
    BOOST_TEST(store->recovery().keys == 49U);
}

BOOST_AUTO_TEST_CASE(without_a_change_there_is_no_new_snapshot) {
    run(put(counter(1), "x"));
    BOOST_TEST(store->write_snapshot().has_value());
    BOOST_TEST(store->write_snapshot().has_value());
    BOOST_TEST(store->statistics().snapshots == 1U);
    close();
    open();
    BOOST_TEST(store->recovery().frames_replayed == 0U);
    BOOST_TEST(store->recovery().cut_bytes == 0U);
    BOOST_TEST(read(counter(1)) == "x");
}

BOOST_AUTO_TEST_CASE(segments_behind_the_older_snapshot_are_let_go) {
    const std::string large(30'000, 'x');
    std::uint64_t most = 0;
    for (int round = 0; round < 8; ++round) {
        for (std::uint64_t number = 0; number < 100; ++number) {
            run(put(counter(number % 10), large));
        }
        BOOST_TEST(store->write_snapshot().has_value());
        store->pump();
        most = std::max(most, store->statistics().segments);
    }
    BOOST_TEST(most < 14U);  // of about 24 that were filled
    const std::uint64_t running = store->state_hash();
    kill();
    open();
    BOOST_TEST(store->state_hash() == running);
}

BOOST_AUTO_TEST_CASE(what_is_published_and_not_durable_is_in_no_snapshot) {
    run(put(counter(1), "x"));
    Ask change = put(counter(1), "y");
    Ask create = put(counter(2), "y");
    lane().submit(change);
    lane().submit(create);
    BOOST_TEST(store->write_snapshot().has_value());
    kill();
    open();
    BOOST_TEST(read(counter(1)) == "x");
    BOOST_TEST(read(counter(2)) == "-");
}

BOOST_AUTO_TEST_CASE(a_close_with_a_lane_for_each_place_in_the_ring) {
    for (std::size_t at = 0; at < 8; ++at) {
        lane(at);
    }
    run(put(counter(1), "x"));
    BOOST_TEST(store->write_snapshot().has_value());
    run(put(counter(1), "y"));
    close();
    open();
    BOOST_TEST(read(counter(1)) == "y");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
