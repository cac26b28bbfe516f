// What happens when the ring, the memory or the disk is full (design 4).
#include "core/base/limits.hpp"

#include <deque>

#include <boost/test/unit_test.hpp>

#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

BOOST_AUTO_TEST_SUITE(store_limits)

const std::string large(30'000, 'x');

struct FullRing : Rig {
    FullRing() {
        open();
        while (lane().pending() == filling.size() && waiting == nullptr) {
            Ask& ask = filling.emplace_back(
                std::vector<job::RecordId>{counter(filling.size())},
                [](const View&, Draft& draft) { draft.put(0, as_byte_span(large)); });
            lane().submit(ask);
            lane().about_to_sleep();
            lane().woke();
            if (store->statistics().ring_fill == fill) {
                waiting = &ask;
            }
            fill = store->statistics().ring_fill;
        }
    }

    std::deque<Ask> filling;
    Ask* waiting = nullptr;
    std::uint64_t fill = 0;
};

BOOST_FIXTURE_TEST_CASE(at_a_full_ring_an_operation_waits_holding_nothing, FullRing) {
    BOOST_REQUIRE(waiting != nullptr);
    BOOST_TEST(filling.size() > 20U);
    // Others read and decline; what the one that waits wants is free.
    Ask declined = look(counter(filling.size() - 1));
    lane(1).submit(declined);
    BOOST_TEST(declined.is_done());
    BOOST_TEST(lane().about_to_sleep());
    const int wakes = waker.wakes;
    store->pump();
    BOOST_TEST(waker.wakes > wakes);
    lane().woke();
    lane().poll();
    BOOST_TEST(!waiting->is_done());
    store->pump();
    lane().poll();
    BOOST_TEST((waiting->status() == Status::committed));
    for (const Ask& ask : filling) {
        BOOST_TEST((ask.status() == Status::committed));
    }
}

BOOST_FIXTURE_TEST_CASE(a_lane_that_waits_for_nothing_but_room_is_woken, FullRing) {
    Ask roomless = put(counter(5000), large);
    lane(1).submit(roomless);
    BOOST_TEST(lane(1).about_to_sleep());
    BOOST_TEST(waker.wakes == 0);
    store->pump();
    BOOST_TEST(waker.wakes == 1);
    lane(1).woke();
    lane(1).poll();
    lane(0).poll();
    store->pump();
    lane(1).poll();
    lane(0).poll();
    BOOST_TEST((roomless.status() == Status::committed));
}

BOOST_FIXTURE_TEST_CASE(at_a_ring_that_stays_full_it_gives_up, FullRing) {
    clock.advance(settings.commit_timeout);
    BOOST_TEST(!lane().about_to_sleep());
    lane().woke();
    lane().poll();
    BOOST_TEST((waiting->status() == Status::exhausted));
    BOOST_TEST((filling.front().status() == Status::unknown));
    store->pump();
    lane().poll();
    BOOST_TEST(read(counter(0)) == large);
    BOOST_TEST(read(counter(filling.size() - 1)) == "-");
}

BOOST_AUTO_TEST_CASE(creates_leave_room_in_the_ring_for_the_rest) {
    Rig rig;
    rig.open();
    std::deque<Ask> creates;
    std::uint64_t fill = ~std::uint64_t{0};
    while (rig.store->statistics().ring_fill != fill) {
        fill = rig.store->statistics().ring_fill;
        rig.lane(0).submit(creates.emplace_back(
            std::vector<job::RecordId>{counter(creates.size())},
            [](const View&, Draft& draft) { draft.put(0, as_byte_span(large)); }, std::string(),
            Importance::create));
    }
    Ask essential = put(counter(1), large);
    rig.lane(1).submit(essential);
    BOOST_TEST(rig.store->statistics().ring_fill > fill);
    rig.store->pump();
    rig.lane(0).poll();
    rig.lane(1).poll();
    BOOST_TEST((essential.status() == Status::committed));
    rig.store->pump();
    rig.lane(0).poll();
    BOOST_TEST((creates.back().status() == Status::committed));
}

BOOST_AUTO_TEST_CASE(at_the_memory_limit_creates_are_refused_first) {
    Settings settings = small_settings();
    settings.memory_bytes_max = 4 << 20;
    Rig rig(1, settings);
    rig.open();
    std::uint64_t count = 0;
    while (rig.run(put(counter(count), large, Importance::create)) == Status::committed) {
        ++count;
        BOOST_REQUIRE(count < 200);
    }
    BOOST_TEST(count > 50U);
    BOOST_TEST(rig.store->is_full());
    BOOST_TEST(rig.read(counter(count)) == "-");
    // Essential work goes on in the reserve, until that is gone too.
    std::uint64_t more = count;
    while (rig.run(put(counter(more), large)) == Status::committed) {
        ++more;
        BOOST_REQUIRE(more < count + 50);
    }
    BOOST_TEST(more > count + 5);
    // Removals need nothing and make room.
    for (std::uint64_t number = 0; number < more; ++number) {
        BOOST_TEST((rig.run(remove(counter(number))) == Status::committed));
    }
    rig.lane().about_to_sleep();
    rig.lane().woke();
    rig.store->pump();
    BOOST_TEST(!rig.store->is_full());
    BOOST_TEST((rig.run(put(counter(0), large, Importance::create)) == Status::committed));
}

// Neither what the tables take when they grow, nor what a start guesses of their sizes, may be what
// was kept for cancels. With many sizes: both go by powers of two.
BOOST_AUTO_TEST_CASE(a_store_that_was_full_comes_back_with_its_reserve) {
    for (std::uint64_t mebibytes = 2; mebibytes <= 8; ++mebibytes) {
        Settings settings = small_settings();
        settings.memory_bytes_max = mebibytes << 20;
        Rig rig(1, settings);
        rig.open();
        std::uint64_t count = 0;
        const auto put_with_key = [&](std::uint64_t number) {
            Ask ask(
                {counter(number)},
                [](const View&, Draft& draft) {
                    draft.put(0, as_byte_span(std::string_view("a job of the usual size")));
                    draft.remember(answer("what was answered to its creation"));
                },
                "the key of " + std::to_string(number), Importance::create);
            return rig.run(ask);
        };
        while (put_with_key(count) == Status::committed) {
            ++count;
        }
        BOOST_REQUIRE(rig.store->is_full());
        const std::uint64_t before = rig.store->statistics().memory_bytes;
        BOOST_TEST((rig.run(put(counter(1), "canceled")) == Status::committed));
        rig.close();
        rig.open();
        BOOST_TEST_INFO(mebibytes << " MiB, " << count << " records, " << before
                                  << " bytes before");
        BOOST_TEST(rig.store->statistics().memory_bytes <=
                   settings.memory_bytes_max + settings.memory_bytes_max / 32);
        BOOST_TEST((rig.run(put(counter(0), "canceled")) == Status::committed));
    }
}

BOOST_AUTO_TEST_CASE(a_record_has_a_bounded_number_of_undurable_versions) {
    Rig rig;
    rig.open();
    std::deque<Ask> asks;
    const auto submit = [&] {
        rig.lane().submit(
            asks.emplace_back(std::vector<job::RecordId>{counter(1)},
                              [](const View&, Draft& draft) { draft.put(0, as_byte_span("x")); }));
    };
    std::uint64_t fill = ~std::uint64_t{0};
    while (rig.store->statistics().ring_fill != fill) {
        fill = rig.store->statistics().ring_fill;
        submit();
        BOOST_REQUIRE(asks.size() <= limits::undurable_versions_max + 1);
    }
    BOOST_TEST(asks.size() > limits::undurable_versions_max / 2);
    // The last one sleeps and is woken by the next flush.
    Ask other = put(counter(2), "y");
    rig.lane(1).submit(other);
    const int wakes = rig.waker.wakes;
    BOOST_TEST(rig.lane().about_to_sleep());
    rig.store->pump();
    BOOST_TEST(rig.waker.wakes > wakes);
    rig.lane().woke();
    rig.lane().poll();
    rig.store->pump();
    rig.lane().poll();
    rig.lane(1).poll();
    for (const Ask& ask : asks) {
        BOOST_REQUIRE((ask.status() == Status::committed && ask.is_done()));
    }
}

BOOST_AUTO_TEST_CASE(one_that_waits_for_an_undurable_version_gives_up_in_the_end) {
    Rig rig;
    rig.open();
    rig.run(put(counter(1), "x"));
    Ask gone = remove(counter(1));
    rig.lane(0).submit(gone);
    Ask again = put(counter(1), "y");
    rig.lane(1).submit(again);
    BOOST_TEST(rig.lane(1).about_to_sleep());
    rig.lane(1).woke();
    rig.clock.advance(rig.settings.commit_timeout);
    rig.lane(1).poll();
    BOOST_TEST((again.status() == Status::exhausted));
    BOOST_TEST(rig.read(counter(1)) == "x");
    rig.store->pump();
    rig.lane(0).poll();
    BOOST_TEST((gone.status() == Status::committed));
}

BOOST_AUTO_TEST_CASE(a_disk_without_room_for_the_next_segment_refuses_creates) {
    Rig rig;
    rig.open();
    rig.disk->limit_space((std::uint64_t{2} << 20) + 65536);
    std::uint64_t count = 0;
    while (rig.run(put(counter(count % 4), large, Importance::create)) == Status::committed) {
        ++count;
        BOOST_REQUIRE(count < 100);
    }
    BOOST_TEST(count > 20U);
    BOOST_TEST(rig.store->is_full());
    BOOST_TEST(rig.listener.count == 0);
    BOOST_TEST((rig.run(put(counter(1), "small")) == Status::committed));
    rig.disk->limit_space(std::uint64_t{1} << 30);
    rig.store->pump();
    rig.store->pump();
    BOOST_TEST((rig.run(put(counter(1), "x", Importance::create)) == Status::committed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
