#include "core/outbox/dispatch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::outbox {
namespace {

constexpr WallTime start(Milliseconds(1'795'000'000'000));
constexpr std::chrono::hours much_later(1000);

job::Uuid id(std::uint8_t number) {
    return job::Uuid{{number}};
}

/// The ids of events tell nothing of their order: here they run against it.
Errand errand(std::uint8_t endpoint, std::uint8_t subject, std::uint8_t event) {
    return {id(endpoint),
            {job::Kind{21}, id(subject)},
            {event / 2U, static_cast<std::uint8_t>(event % 2)},
            id(static_cast<std::uint8_t>(255 - event))};
}

/// Of a receiver that works.
Dispatch working(std::size_t of_endpoint, std::initializer_list<std::uint8_t> endpoints) {
    Dispatch dispatch({.of_endpoint = of_endpoint});
    for (const std::uint8_t endpoint : endpoints) {
        dispatch.add(errand(endpoint, 99, 1), start);
        const auto first = dispatch.take(start);
        BOOST_REQUIRE((first == errand(endpoint, 99, 1)));
        dispatch.judge(id(endpoint), true);
        dispatch.settle(*first);
    }
    return dispatch;
}

BOOST_AUTO_TEST_SUITE(dispatch)

BOOST_AUTO_TEST_CASE(the_events_of_a_job_go_one_after_the_other) {
    Dispatch dispatch = working(10, {1});
    dispatch.add(errand(1, 1, 2), start);
    dispatch.add(errand(1, 1, 1), start);
    BOOST_TEST((dispatch.take(start) == errand(1, 1, 1)));
    BOOST_TEST(!dispatch.take(start).has_value());
    dispatch.settle(errand(1, 1, 1));
    BOOST_TEST((dispatch.take(start) == errand(1, 1, 2)));
    dispatch.settle(errand(1, 1, 2));
    BOOST_TEST(dispatch.waiting() == 0U);
    BOOST_TEST(dispatch.in_flight() == 0U);
}

BOOST_AUTO_TEST_CASE(what_fails_holds_up_its_own_job_only) {
    Dispatch dispatch = working(10, {1, 2});
    dispatch.add(errand(1, 1, 1), start);
    dispatch.add(errand(1, 1, 2), start);
    dispatch.add(errand(1, 2, 3), start + Milliseconds(2));
    dispatch.add(errand(2, 1, 1), start + Milliseconds(1));
    const WallTime now = start + Milliseconds(2);
    BOOST_TEST((dispatch.take(now) == errand(1, 1, 1)));
    dispatch.judge(id(1), false);
    dispatch.postpone(errand(1, 1, 1), start + std::chrono::minutes(5));
    BOOST_TEST((dispatch.take(now) == errand(2, 1, 1)));
    BOOST_TEST((dispatch.take(now) == errand(1, 2, 3)));
    dispatch.settle(errand(1, 2, 3));
    BOOST_TEST(!dispatch.take(now).has_value());
    BOOST_TEST((dispatch.next_due() == start + std::chrono::minutes(5)));
    BOOST_TEST((dispatch.take(start + std::chrono::minutes(5)) == errand(1, 1, 1)));
}

BOOST_AUTO_TEST_CASE(a_slow_receiver_has_so_many_in_flight_and_no_more) {
    Dispatch dispatch = working(2, {1, 2});
    for (std::uint8_t subject = 1; subject <= 5; ++subject) {
        dispatch.add(errand(1, subject, subject), start);
    }
    dispatch.add(errand(2, 1, 1), start + Milliseconds(1));
    BOOST_TEST(dispatch.take(start).has_value());
    BOOST_TEST(dispatch.take(start).has_value());
    BOOST_TEST(!dispatch.take(start).has_value());
    BOOST_TEST((dispatch.next_due() == start + Milliseconds(1)));
    BOOST_TEST((dispatch.take(start + Milliseconds(1)) == errand(2, 1, 1)));
}

BOOST_AUTO_TEST_CASE(a_receiver_that_has_not_shown_that_it_works_has_one_in_flight) {
    Dispatch dispatch({.of_endpoint = 3});
    for (std::uint8_t subject = 1; subject <= 5; ++subject) {
        dispatch.add(errand(1, subject, subject), start);
    }
    const auto first = dispatch.take(start);
    BOOST_TEST(first.has_value());
    BOOST_TEST(!dispatch.take(start).has_value());
    dispatch.judge(id(1), true);
    dispatch.settle(*first);
    const auto second = dispatch.take(start);
    BOOST_TEST(second.has_value());
    BOOST_TEST(dispatch.take(start).has_value());
    dispatch.judge(id(1), false);
    dispatch.postpone(*second, start + std::chrono::minutes(5));
    BOOST_TEST(!dispatch.take(start).has_value());
}

BOOST_AUTO_TEST_CASE(all_receivers_that_hang_leave_room_for_one_that_works) {
    Dispatch dispatch({.all = 6, .of_endpoint = 2, .unproven = 4});
    dispatch.add(errand(100, 1, 1), start);
    const auto proof = dispatch.take(start);
    dispatch.judge(id(100), true);
    dispatch.settle(*proof);
    for (std::uint8_t endpoint = 1; endpoint <= 50; ++endpoint) {
        dispatch.add(errand(endpoint, 1, 1), start);
        dispatch.add(errand(endpoint, 2, 1), start);
    }
    std::size_t hanging = 0;
    while (dispatch.take(start)) {
        ++hanging;
    }
    BOOST_TEST(hanging == 4U);
    dispatch.add(errand(100, 2, 1), start);
    dispatch.add(errand(100, 3, 1), start);
    dispatch.add(errand(100, 4, 1), start);
    BOOST_TEST((dispatch.take(start) == errand(100, 2, 1)));
    BOOST_TEST((dispatch.take(start) == errand(100, 3, 1)));
    BOOST_TEST(!dispatch.take(start).has_value());
    BOOST_TEST(!dispatch.next_due().has_value());
}

BOOST_AUTO_TEST_CASE(twice_is_once) {
    Dispatch dispatch({});
    dispatch.add(errand(1, 1, 1), start);
    dispatch.add(errand(1, 1, 1), start + Milliseconds(7));
    BOOST_TEST(dispatch.waiting() == 1U);
    BOOST_TEST(dispatch.take(start).has_value());
    dispatch.add(errand(1, 1, 1), start);
    BOOST_TEST(dispatch.waiting() == 0U);
    dispatch.settle(errand(1, 1, 1));
    BOOST_TEST(!dispatch.take(start).has_value());
}

BOOST_AUTO_TEST_CASE(an_older_event_that_comes_late_goes_next) {
    Dispatch dispatch({});
    dispatch.add(errand(1, 1, 5), start);
    BOOST_TEST((dispatch.take(start) == errand(1, 1, 5)));
    BOOST_TEST(dispatch.is_first(errand(1, 1, 5)));
    dispatch.add(errand(1, 1, 6), start);
    BOOST_TEST(dispatch.is_first(errand(1, 1, 5)));
    dispatch.add(errand(1, 1, 4), start);
    BOOST_TEST(!dispatch.is_first(errand(1, 1, 5)));
    dispatch.postpone(errand(1, 1, 5), start);
    for (std::uint8_t event = 4; event <= 6; ++event) {
        BOOST_TEST((dispatch.take(start) == errand(1, 1, event)));
        dispatch.settle(errand(1, 1, event));
    }
}

/// Whatever fails in whatever order: everything is delivered once, in order for each job, and
/// never more at a time than is allowed.
BOOST_AUTO_TEST_CASE(everything_arrives_in_order) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        std::mt19937_64 random(seed);
        Dispatch dispatch({.all = 5, .of_endpoint = 3, .unproven = 2});
        constexpr std::uint8_t events = 60;
        for (std::uint8_t event = 1; event <= events; ++event) {
            dispatch.add(errand(static_cast<std::uint8_t>(1 + random() % 3),
                                static_cast<std::uint8_t>(1 + random() % 4), event),
                         start + Milliseconds(random() % 50));
        }
        std::map<std::pair<job::Uuid, job::RecordId>, Order> last;
        std::map<job::Uuid, std::ptrdiff_t> at_endpoint;
        std::vector<Errand> flying;
        WallTime now = start;
        std::size_t delivered = 0;
        while (dispatch.waiting() + dispatch.in_flight() != 0) {
            if (const auto taken = dispatch.take(now)) {
                flying.push_back(*taken);
                BOOST_REQUIRE(flying.size() <= 5);
                BOOST_REQUIRE(++at_endpoint[taken->endpoint] <= 3);
            } else if (flying.empty()) {
                BOOST_REQUIRE(dispatch.next_due().has_value());
                now = *dispatch.next_due();
            }
            if (!flying.empty() && random() % 2 == 0) {
                const Errand done = flying[random() % flying.size()];
                std::erase(flying, done);
                --at_endpoint[done.endpoint];
                const bool works = random() % 4 != 0;
                dispatch.judge(done.endpoint, works);
                if (!works) {
                    dispatch.postpone(done, now + Milliseconds(random() % 20));
                    continue;
                }
                Order& before = last[{done.endpoint, done.subject}];
                BOOST_REQUIRE_MESSAGE(before < done.order, "seed " << seed);
                before = done.order;
                dispatch.settle(done);
                ++delivered;
            }
            BOOST_REQUIRE(now < start + much_later);
        }
        BOOST_TEST(delivered == events);
        BOOST_TEST(dispatch.in_flight() == 0U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::outbox
