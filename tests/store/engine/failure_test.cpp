// A failed write or sync is final; a slow disk is told to those who wait (design 4).
#include <deque>

#include <boost/test/unit_test.hpp>

#include "store/log/segment.hpp"
#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

using boost::system::errc::io_error;

struct OpenRig : Rig {
    OpenRig() { open(); }
};

BOOST_FIXTURE_TEST_SUITE(store_failure, OpenRig)

void fails_for_good(Rig& rig, world::SimCall call) {
    rig.run(put(counter(1), "before"));
    rig.disk->fail({call, 1, {}}, io_error);
    Ask moved = put(counter(1), "lost");
    Ask refused = look(counter(1));
    rig.lane(0).submit(moved);
    rig.lane(1).submit(refused);
    rig.store->pump();
    rig.store->pump();
    BOOST_TEST(rig.listener.count == 1);
    rig.lane(0).poll();
    rig.lane(1).poll();
    BOOST_TEST((moved.status() == Status::stopped));
    BOOST_TEST((refused.status() == Status::stopped));
    BOOST_TEST(moved.done_count == 1);
    // Nothing of it is seen, and nothing is acknowledged any more.
    BOOST_TEST(rig.read(counter(1)) == "before");
    Ask later = put(counter(2), "later");
    rig.lane(0).submit(later);
    BOOST_TEST((later.status() == Status::stopped));
    rig.store->pump();
    rig.lane(0).poll();
    BOOST_TEST(rig.read(counter(2)) == "-");
    BOOST_TEST(moved.done_count == 1);
    BOOST_TEST(rig.listener.count == 1);
    BOOST_TEST(rig.store->statistics().failed);
    BOOST_TEST(rig.store->close().has_error());
}

BOOST_AUTO_TEST_CASE(a_failed_write_is_final) {
    fails_for_good(*this, world::SimCall::write);
}

BOOST_AUTO_TEST_CASE(a_failed_sync_is_final) {
    // A file system without O_DIRECT: there fdatasync follows each write.
    kill();
    disk = std::make_unique<world::SimDisk>(3);
    disk->fail({world::SimCall::open, 1, segment_temporary_path(1)},
               boost::system::errc::invalid_argument);
    open();
    BOOST_TEST(!store->recovery().direct);
    fails_for_good(*this, world::SimCall::sync);
}

BOOST_AUTO_TEST_CASE(who_waits_for_room_or_a_removal_is_stopped_too) {
    run(put(counter(1), "x"));
    Ask gone = remove(counter(1));
    Ask again = put(counter(1), "y");
    lane(0).submit(gone);
    lane(1).submit(again);
    const std::string large(30'000, 'x');
    std::deque<Ask> filling;
    for (int at = 0; at < 200; ++at) {
        lane(0).submit(filling.emplace_back(
            std::vector<job::RecordId>{counter(2)},
            [&](const View&, Draft& draft) { draft.put(0, as_byte_span(large)); }));
    }
    disk->fail({world::SimCall::write, 1, {}}, io_error);
    store->pump();
    lane(0).poll();
    lane(1).poll();
    BOOST_TEST((gone.status() == Status::stopped));
    BOOST_TEST((again.status() == Status::stopped));
    for (const Ask& ask : filling) {
        BOOST_TEST((ask.is_done() && ask.status() == Status::stopped));
    }
    BOOST_TEST(lane(0).pending() == 0U);
    BOOST_TEST(lane(1).pending() == 0U);
}

BOOST_AUTO_TEST_CASE(a_failure_wakes_every_lane_that_sleeps) {
    Ask moved = put(counter(1), "lost");
    lane(0).submit(moved);
    BOOST_TEST(lane(0).about_to_sleep());
    BOOST_TEST(lane(1).about_to_sleep());
    disk->fail({world::SimCall::write, 1, {}}, io_error);
    store->pump();
    BOOST_TEST(waker.wakes >= 2);
    lane(0).woke();
    lane(1).woke();
    BOOST_TEST(!lane(0).about_to_sleep());
    lane(0).woke();
    lane(0).poll();
    BOOST_TEST((moved.status() == Status::stopped));
    BOOST_TEST(lane(0).about_to_sleep());
    lane(0).woke();
}

BOOST_AUTO_TEST_CASE(what_is_late_is_unknown_once_and_still_settles) {
    run(put(item(1), item_value(7, "old")));
    Ask late = put(item(1), item_value(7, "new"));
    Ask refused = look(item(1));
    lane().submit(late);
    lane().submit(refused);
    clock.advance(settings.commit_timeout - Milliseconds(1));
    lane().poll();
    BOOST_TEST(!late.is_done());
    clock.advance(Milliseconds(1));
    BOOST_TEST(!lane().about_to_sleep());
    lane().woke();
    BOOST_TEST(!late.is_done());  // only from submit or poll
    lane().poll();
    BOOST_TEST((late.status() == Status::unknown));
    BOOST_TEST((refused.status() == Status::unknown));
    BOOST_TEST(lane().pending() == 0U);
    BOOST_TEST(read(item(1)) == "old");

    // A later one waits behind them and is answered.
    Ask after = put(counter(1), "after");
    lane().submit(after);
    BOOST_TEST(lane().about_to_sleep());
    store->pump();
    BOOST_TEST(waker.wakes == 1);
    lane().woke();
    lane().poll();
    BOOST_TEST(late.done_count == 1);
    BOOST_TEST((late.status() == Status::unknown));
    BOOST_TEST((after.status() == Status::committed));
    BOOST_TEST(read(item(1)) == "new");
}

BOOST_AUTO_TEST_CASE(a_lane_may_go_before_its_unknown_outcome_is_durable) {
    run(put(item(1), item_value(7, "a")));
    run(put(counter(1), "a"));
    Ask gone = remove(item(1));
    Ask changed = put(counter(1), "b");
    lane(0).submit(gone);
    lane(0).submit(changed);
    clock.advance(settings.commit_timeout);
    lane(0).poll();
    BOOST_TEST((gone.status() == Status::unknown));
    close_lanes();
    BOOST_TEST(read(item(1)) == "a");
    store->pump();
    store->pump();
    BOOST_TEST(read(item(1)) == "-");
    BOOST_TEST(read(counter(1)) == "b");
    BOOST_TEST((run(put(item(1), item_value(7, "again"))) == Status::committed));
    BOOST_TEST((list(7) == std::vector<std::uint64_t>{1}));
}

BOOST_AUTO_TEST_CASE(a_store_that_goes_with_undurable_versions_leaks_nothing) {
    run(put(item(1), item_value(7, "a")));
    Ask first = put(item(1), item_value(7, "b"));
    Ask second = put(item(1), item_value(7, "c"));
    Ask gone = remove(item(1));
    for (Ask* ask : {&first, &second, &gone}) {
        lane(0).submit(*ask);
    }
    kill();  // the sanitizer looks
    open();
    BOOST_TEST(read(item(1)) == "a");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
