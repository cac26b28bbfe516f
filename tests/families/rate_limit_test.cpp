#include "http/families/common/rate_limit.hpp"

#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t few_places = 8;  // one set

struct Desk {
    explicit Desk(Rate rate, std::size_t places = RateLimits::usual_places)
        : limits(of_all(rate), clock, entropy, places) {}

    static Rates of_all(Rate rate) {
        Rates rates;
        rates.fill(rate);
        return rates;
    }

    RateStanding ask(std::string_view subject = "ann", RateClass of = rates::exports_create) {
        auth::Principal principal;
        principal.subject = subject;
        return limits.take(principal, of);
    }

    unsigned admitted(unsigned asks, std::string_view subject = "ann") {
        unsigned count = 0;
        for (unsigned i = 0; i < asks; ++i) {
            count += ask(subject).is_refused() ? 0U : 1U;
        }
        return count;
    }

    world::ManualClock clock{WallTime(seconds(1'000'000))};
    world::SeededEntropy entropy{1};
    RateLimits limits;
};

BOOST_AUTO_TEST_SUITE(rate_limit)

BOOST_AUTO_TEST_CASE(a_bucket_gives_what_it_holds_and_fills_again) {
    Desk desk({10, seconds(60)});
    for (std::uint32_t left = 10; left-- > 0;) {
        const RateStanding told = desk.ask();
        BOOST_TEST(!told.is_refused());
        BOOST_TEST(told.limit == 10U);
        BOOST_TEST(told.remaining == left);
        BOOST_TEST(told.full_at == 1'000'000U + 6 * (10 - left));
    }
    const RateStanding refused = desk.ask();
    BOOST_TEST(refused.retry_seconds == 6U);
    BOOST_TEST(refused.remaining == 0U);
    BOOST_TEST(refused.full_at == 1'000'060U);
    desk.clock.advance(milliseconds(5'999));
    BOOST_TEST(desk.ask().retry_seconds == 1U, "a part of a second is a second");
    desk.clock.advance(milliseconds(1));
    BOOST_TEST(desk.admitted(2) == 1U);
    desk.clock.advance(seconds(3600));
    BOOST_TEST(desk.admitted(20) == 10U, "a bucket holds no more than it holds");
}

BOOST_AUTO_TEST_CASE(refusals_cost_nothing) {
    Desk desk({1, seconds(10)});
    BOOST_TEST(desk.admitted(1000) == 1U);
    desk.clock.advance(seconds(10));
    BOOST_TEST(desk.admitted(1000) == 1U);
}

BOOST_AUTO_TEST_CASE(tenants_subjects_and_operations_are_apart) {
    Desk desk({1, seconds(60)});
    BOOST_TEST(!desk.ask("ann").is_refused());
    BOOST_TEST(desk.ask("ann").is_refused());
    BOOST_TEST(!desk.ask("bob").is_refused());
    BOOST_TEST(!desk.ask("").is_refused());
    BOOST_TEST(!desk.ask("ann", rates::exports_cancel).is_refused());
    auth::Principal other;
    other.subject = "ann";
    other.tenant.octets[0] = 1;
    BOOST_TEST(!desk.limits.take(other, rates::exports_create).is_refused());
}

BOOST_AUTO_TEST_CASE(a_rate_of_nothing_is_no_limit) {
    Desk desk({});
    BOOST_TEST(desk.admitted(1000) == 1000U);
    BOOST_TEST(desk.ask().limit == 0U);
}

BOOST_AUTO_TEST_CASE(the_time_of_day_moves_no_bucket) {
    Desk desk({1, seconds(60)});
    BOOST_TEST(!desk.ask().is_refused());
    desk.clock.jump_wall(std::chrono::hours(24));
    BOOST_TEST(desk.ask().is_refused());
    desk.clock.jump_wall(-std::chrono::hours(48));
    BOOST_TEST(desk.ask().is_refused());
}

BOOST_AUTO_TEST_CASE(a_full_bucket_gives_its_place_away_and_one_in_use_does_not_before_it) {
    Desk desk({2, seconds(60)}, few_places);
    for (const std::string_view subject : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
        BOOST_TEST(desk.admitted(3, subject) == 2U, subject);
    }
    desk.clock.advance(seconds(60));
    BOOST_TEST(desk.admitted(3, "a") == 2U);
    for (const std::string_view subject : {"i", "j", "k", "l", "m", "n", "o"}) {
        BOOST_TEST(desk.admitted(3, subject) == 2U, subject);
    }
    BOOST_TEST(desk.ask("a").is_refused(), "seven places were free: a's was not taken");
}

BOOST_AUTO_TEST_CASE(a_table_in_use_gives_up_the_bucket_that_is_nearest_to_full) {
    Desk desk({4, seconds(60)}, few_places);
    const auto exhausted = {"a", "b", "c", "d", "e", "f", "g"};
    for (const std::string_view subject : exhausted) {
        BOOST_TEST(desk.admitted(4, subject) == 4U, subject);
    }
    for (const std::string_view subject : {"new", "newer", "newest"}) {
        BOOST_TEST(desk.admitted(1, subject) == 1U, subject);
    }
    for (const std::string_view subject : exhausted) {
        BOOST_TEST(desk.ask(subject).is_refused(), subject);
    }
}

BOOST_AUTO_TEST_CASE(many_subjects_are_told_apart) {
    Desk desk({1, seconds(60)});
    constexpr unsigned subjects = 20'000;
    unsigned refused = 0;
    for (unsigned i = 0; i < subjects; ++i) {
        refused += desk.ask(std::to_string(i)).is_refused() ? 1U : 0U;
    }
    BOOST_TEST(refused == 0U);
    unsigned admitted = 0;
    for (unsigned i = 0; i < subjects; ++i) {
        admitted += desk.ask(std::to_string(i)).is_refused() ? 0U : 1U;
    }
    BOOST_TEST(admitted == 0U, admitted << " buckets were lost");
}

BOOST_AUTO_TEST_CASE(threads_share_one_bucket_to_the_last_token) {
    Desk desk({1000, seconds(60)});
    std::atomic<unsigned> admitted{0};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
        threads.emplace_back([&] { admitted += desk.admitted(1000); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    // Those of the first moment, when nobody had the place yet, may have gone uncounted.
    BOOST_TEST(admitted.load() >= 1000U);
    BOOST_TEST(admitted.load() <= 1004U);
}

BOOST_AUTO_TEST_CASE(places_that_change_hands_among_threads_charge_nobody_else) {
    Desk desk({1'000'000, std::chrono::hours(24)}, few_places);
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
        threads.emplace_back([&desk, t] {
            for (unsigned i = 0; i < 20'000; ++i) {
                desk.ask(std::to_string((i * 7 + t) % 12));
                desk.clock.advance(milliseconds(1));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    desk.clock.advance(std::chrono::hours(25));
    for (unsigned i = 0; i < few_places; ++i) {
        BOOST_TEST(desk.ask(std::to_string(i)).remaining == 999'999U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::http
