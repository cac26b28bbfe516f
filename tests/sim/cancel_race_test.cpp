// A cancel races the worker at every step: 10,000 rounds on one thread, the same for the same seed.
#include <cstdlib>

#include <boost/test/unit_test.hpp>

#include "tests/sim/race.hpp"

namespace belay::sim {
namespace {

constexpr int rounds_of_a_life = 100;
constexpr int lives = 100;

/// Of these it is known that they meet everything that can be met.
constexpr std::uint64_t usual_seed = 20'261'122;

std::uint64_t first_seed() {
    const char* given = std::getenv("BELAY_TEST_SEED");
    return given == nullptr ? usual_seed : std::strtoull(given, nullptr, 10);
}

BOOST_AUTO_TEST_SUITE(cancel_race)

BOOST_AUTO_TEST_CASE(one_outcome_and_the_one_that_was_told) {
    const std::uint64_t first = first_seed();
    Coverage coverage;
    for (std::uint64_t seed = first; seed < first + lives; ++seed) {
        Race race(seed, coverage);
        const std::string broken = race.live(rounds_of_a_life);
        BOOST_REQUIRE_MESSAGE(broken.empty(),
                              broken << "to see it again: BELAY_TEST_SEED=" << seed);
    }
    BOOST_TEST_MESSAGE(coverage.summary());
    BOOST_TEST(coverage.rounds() == std::uint64_t{lives} * rounds_of_a_life);
    for (const std::string& missing : coverage.missing()) {
        if (first == usual_seed) {
            BOOST_ERROR(missing);
        } else {
            BOOST_TEST_MESSAGE(missing);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::sim
