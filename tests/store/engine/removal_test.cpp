// Removal: tombstone, out of the lists, out of the table, and the name is free again (design 5).
#include <boost/test/unit_test.hpp>

#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

struct OpenRig : Rig {
    OpenRig() { open(); }

    void collect() {
        lane().about_to_sleep();
        lane().woke();
    }
};

BOOST_FIXTURE_TEST_SUITE(store_removal, OpenRig)

BOOST_AUTO_TEST_CASE(what_is_removed_leaves_nothing_behind) {
    const auto churn = [&] {
        for (std::uint64_t number = 0; number < 500; ++number) {
            run(put(item(number), item_value(number % 3, "x")));
        }
        for (std::uint64_t number = 0; number < 500; ++number) {
            run(remove(item(number)));
        }
        collect();
    };
    churn();
    BOOST_TEST(store->statistics().records == 0U);
    const std::uint64_t once = store->statistics().memory_bytes;
    churn();
    churn();
    BOOST_TEST(store->statistics().memory_bytes == once);
    for (const unsigned owner : {0U, 1U, 2U}) {
        BOOST_TEST(list(owner).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_removed_record_is_made_again) {
    for (int round = 0; round < 20; ++round) {
        BOOST_TEST((run(put(item(1), item_value(7, std::to_string(round)))) == Status::committed));
        BOOST_TEST(read(item(1)) == std::to_string(round));
        BOOST_TEST((list(7) == std::vector<std::uint64_t>{1}));
        BOOST_TEST((run(remove(item(1))) == Status::committed));
        BOOST_TEST(list(7).empty());
        if (round % 3 == 0) {
            collect();
        }
        if (round % 7 == 0) {
            kill();
            open();
        }
    }
}

BOOST_AUTO_TEST_CASE(one_made_again_begins_anew_and_may_be_in_other_lists) {
    run(put(item(1), item_value(7, "a")));
    run(put(item(1), item_value(7, "b")));
    run(remove(item(1)));
    run(put(item(1), item_value(8, "c")));
    std::uint64_t number = 0;
    lane().read(item(1), [&](const RecordView& view) { number = view.number; });
    BOOST_TEST(number == 1U);
    BOOST_TEST(list(7).empty());
    BOOST_TEST((list(8) == std::vector<std::uint64_t>{1}));
    const std::uint64_t running = store->state_hash();
    kill();
    open();
    BOOST_TEST(store->state_hash() == running);
    BOOST_TEST(list(7).empty());
    BOOST_TEST((list(8) == std::vector<std::uint64_t>{1}));
}

BOOST_AUTO_TEST_CASE(a_create_that_comes_to_nothing_leaves_nothing) {
    // The second record's frame is too late: its removal is in flight, so all is put back.
    run(put(counter(1), "x"));
    Ask gone = remove(counter(1));
    lane(0).submit(gone);
    Ask both(
        {item(5), counter(1)},
        [](const View&, Draft& draft) {
            draft.remember(answer("never"));
            draft.put(0, as_byte_span(item_value(7, "never")));
            draft.put(1, as_byte_span("never"));
        },
        "key");
    lane(1).submit(both);
    BOOST_TEST(!both.is_done());
    clock.advance(settings.commit_timeout);
    lane(1).poll();
    BOOST_TEST((both.status() == Status::exhausted));
    store->pump();
    lane(0).poll();
    lane(0).about_to_sleep();
    lane(0).woke();
    lane(1).about_to_sleep();
    lane(1).woke();
    BOOST_TEST(store->statistics().records == 0U);
    BOOST_TEST(store->statistics().keys == 0U);
    BOOST_TEST(list(7).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
