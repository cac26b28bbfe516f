#include "http/program/nearest.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::program {
namespace {

BOOST_AUTO_TEST_SUITE(nearest_name)

BOOST_AUTO_TEST_CASE(distance_counts_single_slips) {
    BOOST_TEST(edit_distance("", "") == 0U);
    BOOST_TEST(edit_distance("listen", "listen") == 0U);
    BOOST_TEST(edit_distance("listen", "lisen") == 1U);
    BOOST_TEST(edit_distance("lisen", "listen") == 1U);
    BOOST_TEST(edit_distance("listen", "lisden") == 1U);
    BOOST_TEST(edit_distance("listen", "lisetn") == 1U);
    BOOST_TEST(edit_distance("", "abc") == 3U);
    BOOST_TEST(edit_distance("abc", "") == 3U);
    BOOST_TEST(edit_distance("ca", "abc") == 3U);  // restricted: nothing is touched twice
}

BOOST_AUTO_TEST_CASE(first_of_the_nearest_wins) {
    const std::vector<std::string> words{"workers", "lease", "leash"};
    BOOST_TEST(nearest("worker", words) == "workers");
    BOOST_TEST(nearest("leas", words) == "lease");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
