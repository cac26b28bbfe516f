// Design 4: swap, reserve, publish, durable, answer; and what readers see of it.
#include <deque>

#include <boost/test/unit_test.hpp>

#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

struct OpenRig : Rig {
    OpenRig() { open(); }
};

BOOST_FIXTURE_TEST_SUITE(store_order, OpenRig)

BOOST_AUTO_TEST_CASE(nothing_undurable_is_visible) {
    Ask create = put(item(1), item_value(7, "a"));
    lane().submit(create);
    lane().poll();
    BOOST_TEST(!create.is_done());
    BOOST_TEST(read(item(1)) == "-");
    BOOST_TEST(list(7).empty());
    store->pump();
    BOOST_TEST(read(item(1)) == "a");
    BOOST_TEST((list(7) == std::vector<std::uint64_t>{1}));
    BOOST_TEST(!create.is_done());  // only from submit or poll
    lane().poll();
    BOOST_TEST(create.is_done());
    BOOST_TEST((create.status() == Status::committed));

    Ask change = put(item(1), item_value(7, "b"));
    lane().submit(change);
    BOOST_TEST(read(item(1)) == "a");
    store->pump();
    BOOST_TEST(read(item(1)) == "b");
    lane().poll();
    BOOST_TEST(change.is_done());
}

BOOST_AUTO_TEST_CASE(a_removed_record_is_seen_until_its_removal_is_durable) {
    run(put(item(1), item_value(7, "a")));
    Ask gone = remove(item(1));
    lane().submit(gone);
    BOOST_TEST(read(item(1)) == "a");
    BOOST_TEST(list(7).size() == 1U);
    store->pump();
    BOOST_TEST(read(item(1)) == "-");
    BOOST_TEST(list(7).empty());
    lane().poll();
    BOOST_TEST(gone.is_done());
}

BOOST_AUTO_TEST_CASE(a_cut_stays_at_its_moment) {
    run(put(item(1), item_value(7, "a")));
    run(put(counter(1), "1"));
    Ask both({item(1), counter(1), item(2)}, [](const View&, Draft& draft) {
        draft.put(0, as_byte_span(item_value(7, "b")));
        draft.put(1, as_byte_span(std::string_view("2")));
        draft.put(2, as_byte_span(item_value(7, "c")));
    });
    const job::Lsn before = store->durable();
    bool looked = false;
    lane().at_one_cut([&](Cut& cut) {
        looked = true;
        std::string item_seen;
        std::string counter_seen;
        BOOST_TEST(
            cut.read(item(1), [&](const RecordView& view) { item_seen = as_text(view.value); }));
        lane(1).submit(both);
        store->pump();
        lane(1).poll();
        BOOST_TEST(both.is_done());
        BOOST_TEST(cut.read(counter(1),
                            [&](const RecordView& view) { counter_seen = as_text(view.value); }));
        BOOST_TEST(item_seen.ends_with("a"));
        BOOST_TEST(counter_seen == "1");
        BOOST_TEST(!cut.read(item(2), [](const RecordView&) {}));
        std::size_t listed = 0;
        cut.list(items_of(7), std::nullopt, [&](const job::Uuid&, const RecordView&) {
            ++listed;
            return true;
        });
        BOOST_TEST(listed == 1U);
        BOOST_TEST(cut.lsn() == before);
    });
    BOOST_TEST(looked);
    BOOST_TEST(read(item(1)) == "b");
    lane().at_one_cut([&](Cut& cut) { BOOST_TEST(cut.lsn() > before); });
}

BOOST_AUTO_TEST_CASE(a_refusal_waits_for_what_it_looked_at) {
    Ask create = put(item(1), item_value(7, "a"));
    lane().submit(create);
    Ask refusal = look(item(1));
    Ask elsewhere = look(item(2));
    lane(1).submit(refusal);
    lane(1).submit(elsewhere);
    lane(1).poll();
    BOOST_TEST(!refusal.is_done());
    BOOST_TEST(elsewhere.is_done());  // it looked at nothing that could be lost
    BOOST_TEST((elsewhere.status() == Status::declined));
    store->pump();
    lane(1).poll();
    BOOST_TEST(refusal.is_done());
    BOOST_TEST((refusal.status() == Status::declined));
    lane().poll();

    Ask gone = remove(item(1));
    lane().submit(gone);
    Ask absent = look(item(1));
    lane(1).submit(absent);
    BOOST_TEST(!absent.is_done());  // absent by a removal that could be lost
    store->pump();
    lane(1).poll();
    BOOST_TEST(absent.is_done());
    lane().poll();
}

BOOST_AUTO_TEST_CASE(a_replay_of_a_key_in_flight_waits) {
    Ask first = claim("key", "one");
    lane().submit(first);
    std::string seen;
    Ask second = claim("key", "two", &seen);
    lane(1).submit(second);
    lane(1).poll();
    BOOST_TEST(seen == "one");
    BOOST_TEST(!second.is_done());
    store->pump();
    lane(1).poll();
    BOOST_TEST(second.is_done());
    BOOST_TEST((second.status() == Status::declined));
    lane().poll();
    BOOST_TEST(remembered("key") == "one");
}

BOOST_AUTO_TEST_CASE(decisions_build_on_what_is_published_and_not_yet_durable) {
    const auto increment = [](const View& view, Draft& draft) {
        const auto& now = view.subjects[0];
        const std::string more = now ? std::string(as_text(now->value)) + "x" : "x";
        draft.put(0, as_byte_span(more));
    };
    std::deque<Ask> asks;
    for (std::size_t at = 0; at < 6; ++at) {
        lane(at % 3).submit(asks.emplace_back(std::vector<job::RecordId>{counter(1)}, increment));
    }
    store->pump();
    for (std::size_t at = 0; at < 3; ++at) {
        lane(at).poll();
    }
    BOOST_TEST(read(counter(1)) == "xxxxxx");
    for (std::size_t at = 1; at < asks.size(); ++at) {
        BOOST_TEST(asks[at].receipt.lsn > asks[at - 1].receipt.lsn);
    }
}

BOOST_AUTO_TEST_CASE(what_waits_is_answered_in_the_order_of_decisions) {
    std::vector<int> order;
    std::deque<Ask> asks;
    for (int at = 0; at < 5; ++at) {
        Ask& ask = at % 2 == 0 ? asks.emplace_back(std::vector<job::RecordId>{counter(1)},
                                                   [](const View&, Draft& draft) {
                                                       draft.put(0, as_byte_span("x"));
                                                   })
                               : asks.emplace_back(std::vector<job::RecordId>{counter(1)},
                                                   [](const View&, Draft&) {});
        ask.then = [&order, at] { order.push_back(at); };
        lane().submit(ask);
    }
    BOOST_TEST(order.empty());
    BOOST_TEST(lane().pending() == 5U);
    store->pump();
    lane().poll();
    BOOST_TEST((order == std::vector<int>{0, 1, 2, 3, 4}));
    BOOST_TEST(lane().pending() == 0U);
}

BOOST_AUTO_TEST_CASE(done_may_submit_and_read) {
    Ask second = put(counter(2), "second");
    Ask first = put(counter(1), "first");
    std::string seen;
    first.then = [&] {
        seen = read(counter(1));
        lane().submit(second);
    };
    run(first);
    BOOST_TEST(seen == "first");
    store->pump();
    lane().poll();
    BOOST_TEST(second.is_done());
    BOOST_TEST(read(counter(2)) == "second");
}

BOOST_AUTO_TEST_CASE(a_transition_moves_all_its_records_and_its_key_or_none) {
    Ask ask(
        {counter(3), counter(1), item(2)},
        [](const View& view, Draft& draft) {
            BOOST_TEST(view.subjects.size() == 3U);
            draft.remember(answer("kept"));
            draft.put(0, as_byte_span("three"));
            draft.put(2, as_byte_span(item_value(7, "two")));
        },
        "key");
    BOOST_TEST((run(ask) == Status::committed));
    BOOST_TEST(read(counter(3)) == "three");
    BOOST_TEST(read(counter(1)) == "-");
    BOOST_TEST(read(item(2)) == "two");
    BOOST_TEST(remembered("key") == "kept");
    BOOST_TEST(store->statistics().records == 2U);
}

BOOST_AUTO_TEST_CASE(lists_go_from_new_to_old_and_on_after_an_id) {
    for (const unsigned number : {3U, 1U, 2U}) {
        run(put(item(number), item_value(number == 1 ? 8 : 7, "x")));
    }
    BOOST_TEST((list(7) == std::vector<std::uint64_t>{3, 2}));
    BOOST_TEST((list(8) == std::vector<std::uint64_t>{1}));
    std::vector<job::Uuid> rest;
    lane().list(items_of(7), uuid(3), [&](const job::Uuid& id, const RecordView&) {
        rest.push_back(id);
        return true;
    });
    BOOST_TEST((rest == std::vector<job::Uuid>{uuid(2)}));
}

BOOST_AUTO_TEST_CASE(the_time_of_decisions_never_goes_back) {
    const auto time = [&] {
        WallTime seen;
        run(Ask({counter(1)}, [&](const View& view, Draft& draft) {
            seen = view.now;
            draft.put(0, as_byte_span("x"));
        }));
        return seen;
    };
    const WallTime before = time();
    clock.jump_wall(Milliseconds(-3'600'000));
    BOOST_TEST((time() >= before));
    kill();
    open();
    BOOST_TEST((time() >= before));
}

/// What was given an hour in the future must come due all the same when the clock is set right.
BOOST_AUTO_TEST_CASE(time_goes_on_while_the_clock_is_behind) {
    const auto time = [&] {
        WallTime seen;
        run(Ask({counter(1)}, [&](const View& view, Draft& draft) {
            seen = view.now;
            draft.put(0, as_byte_span("x"));
        }));
        return seen;
    };
    clock.jump_wall(Milliseconds(3'600'000));
    const WallTime ahead = time();
    clock.jump_wall(Milliseconds(-3'600'000));
    clock.advance(Milliseconds(60'000));
    BOOST_TEST((time() >= ahead + Milliseconds(29'000)));
    kill();
    open();
    const WallTime again = time();
    BOOST_TEST((again >= ahead + Milliseconds(29'000)));
    clock.advance(Milliseconds(60'000));
    BOOST_TEST((time() >= again + Milliseconds(29'000)));
    // It has caught up when twice the way has gone by.
    clock.advance(Milliseconds(3 * 3'600'000));
    BOOST_TEST((time() == clock.wall()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
