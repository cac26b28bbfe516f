#include "core/outbox/dispatch.hpp"

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

Errand errand(std::uint8_t endpoint, std::uint8_t subject, std::uint8_t event) {
    return {id(endpoint), {job::Kind{21}, id(subject)}, id(event)};
}

BOOST_AUTO_TEST_SUITE(dispatch)

BOOST_AUTO_TEST_CASE(the_events_of_a_job_go_one_after_the_other) {
    Dispatch dispatch(10);
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
    Dispatch dispatch(10);
    dispatch.add(errand(1, 1, 1), start);
    dispatch.add(errand(1, 1, 2), start);
    dispatch.add(errand(1, 2, 3), start);
    dispatch.add(errand(2, 1, 1), start);
    BOOST_TEST((dispatch.take(start) == errand(1, 1, 1)));
    dispatch.postpone(errand(1, 1, 1), start + std::chrono::minutes(5));
    BOOST_TEST((dispatch.take(start) == errand(2, 1, 1)));
    BOOST_TEST((dispatch.take(start) == errand(1, 2, 3)));
    BOOST_TEST(!dispatch.take(start).has_value());
    BOOST_TEST((dispatch.next_due() == start + std::chrono::minutes(5)));
    BOOST_TEST((dispatch.take(start + std::chrono::minutes(5)) == errand(1, 1, 1)));
}

BOOST_AUTO_TEST_CASE(a_slow_receiver_has_so_many_in_flight_and_no_more) {
    Dispatch dispatch(2);
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

BOOST_AUTO_TEST_CASE(twice_is_once) {
    Dispatch dispatch(2);
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
    Dispatch dispatch(2);
    dispatch.add(errand(1, 1, 5), start);
    BOOST_TEST((dispatch.take(start) == errand(1, 1, 5)));
    dispatch.add(errand(1, 1, 4), start);
    dispatch.add(errand(1, 1, 6), start);
    dispatch.settle(errand(1, 1, 5));
    BOOST_TEST((dispatch.take(start) == errand(1, 1, 4)));
}

/// Whatever fails in whatever order: everything is delivered once, and in order for each job.
BOOST_AUTO_TEST_CASE(everything_arrives_in_order) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        std::mt19937_64 random(seed);
        Dispatch dispatch(3);
        constexpr std::uint8_t events = 60;
        for (std::uint8_t event = 1; event <= events; ++event) {
            dispatch.add(errand(static_cast<std::uint8_t>(1 + random() % 3),
                                static_cast<std::uint8_t>(1 + random() % 4), event),
                         start + Milliseconds(random() % 50));
        }
        std::map<std::pair<job::Uuid, job::RecordId>, job::Uuid> last;
        std::vector<Errand> flying;
        WallTime now = start;
        std::size_t delivered = 0;
        while (dispatch.waiting() + dispatch.in_flight() != 0) {
            if (const auto taken = dispatch.take(now); taken && random() % 4 != 0) {
                flying.push_back(*taken);
            } else if (taken) {
                dispatch.postpone(*taken, now + Milliseconds(random() % 20));
            } else if (flying.empty()) {
                BOOST_REQUIRE(dispatch.next_due().has_value());
                now = *dispatch.next_due();
            }
            if (!flying.empty() && random() % 2 == 0) {
                const Errand done = flying[random() % flying.size()];
                std::erase(flying, done);
                job::Uuid& before = last[{done.endpoint, done.subject}];
                BOOST_REQUIRE_MESSAGE(before < done.event, "seed " << seed);
                before = done.event;
                dispatch.settle(done);
                ++delivered;
            }
            BOOST_REQUIRE(now < start + much_later);
        }
        BOOST_TEST(delivered == events);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::outbox
