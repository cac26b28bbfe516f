// The judge itself: it must find what is wrong, and nothing else.
#include "tests/store/race/history.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::store::testing {
namespace {

Event read(std::uint64_t from, std::uint64_t to, std::uint64_t saw) {
    return {from, to, saw, false, 0};
}

Event write(std::uint64_t from, std::uint64_t to, std::uint64_t saw, std::uint64_t value) {
    return {from, to, saw, true, value};
}

BOOST_AUTO_TEST_SUITE(store_history)

BOOST_AUTO_TEST_CASE(legal_histories_are_found_legal) {
    BOOST_TEST((judge({}) == Finding::linearizable));
    BOOST_TEST((judge({{write(1, 2, 0, 7), read(3, 4, 7)}}) == Finding::linearizable));
    // A read that overlaps a write sees it or not.
    for (const std::uint64_t saw : {0U, 7U}) {
        BOOST_TEST((judge({{write(1, 4, 0, 7)}, {read(2, 3, saw)}}) == Finding::linearizable));
    }
    // The order of overlapping writes is found, whichever thread is looked at first.
    BOOST_TEST((judge({{write(1, 9, 5, 6)}, {write(2, 8, 0, 5)}, {read(10, 11, 6)}}) ==
                Finding::linearizable));
    // Removed and made again.
    BOOST_TEST((judge({{write(1, 2, 0, 7), write(3, 4, 7, 0), write(5, 6, 0, 8)},
                       {read(1, 6, 8)}}) == Finding::linearizable));
}

BOOST_AUTO_TEST_CASE(a_read_that_is_stale_is_found) {
    BOOST_TEST((judge({{write(1, 2, 0, 7)}, {read(3, 4, 0)}}) == Finding::wrong));
}

BOOST_AUTO_TEST_CASE(a_read_of_what_nobody_wrote_is_found) {
    BOOST_TEST((judge({{write(1, 4, 0, 7)}, {read(2, 3, 8)}}) == Finding::wrong));
}

BOOST_AUTO_TEST_CASE(a_lost_update_is_found) {
    BOOST_TEST((judge({{write(1, 4, 0, 7)}, {write(2, 3, 0, 8)}}) == Finding::wrong));
}

BOOST_AUTO_TEST_CASE(time_that_runs_back_between_two_reads_is_found) {
    BOOST_TEST((judge({{write(1, 9, 0, 7)}, {read(2, 3, 7), read(4, 5, 0)}}) == Finding::wrong));
    // Also when different threads read.
    BOOST_TEST((judge({{write(1, 9, 0, 7)}, {read(2, 3, 7)}, {read(4, 5, 0)}}) == Finding::wrong));
}

BOOST_AUTO_TEST_CASE(a_removal_that_comes_back_is_found) {
    BOOST_TEST(
        (judge({{write(1, 2, 0, 7), write(3, 4, 7, 0)}, {read(5, 6, 7)}}) == Finding::wrong));
}

BOOST_AUTO_TEST_CASE(one_wrong_answer_among_many_is_found) {
    // Two threads hand a record to and fro in ten thousand overlapping steps.
    History history(2);
    for (std::uint64_t at = 0; at < 10'000; ++at) {
        history[at % 2].push_back(write(2 * at + 1, 2 * at + 4, at, at + 1));
    }
    BOOST_TEST((judge(history) == Finding::linearizable));
    history[1][2'500].saw += 1;
    BOOST_TEST((judge(history) == Finding::wrong));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
