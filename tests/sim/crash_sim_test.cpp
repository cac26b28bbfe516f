// Thousands of crashes a second on one thread: the store and the export family on a simulated disk
// and clock, held against what was written and what clients were told. The same for the same seed.
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "tests/sim/ordeal.hpp"

namespace belay::sim {
namespace {

constexpr int runs_of_a_life = 30;

/// Of these it is known that they meet everything that can be met.
constexpr std::uint64_t usual_seed = 20'261'122;

bool is_full_size() {
    const char* size = std::getenv("BELAY_TEST_SIZE");
    return size != nullptr && std::string_view(size) == "full";
}

std::uint64_t first_seed() {
    const char* given = std::getenv("BELAY_TEST_SEED");
    return given == nullptr ? usual_seed : std::strtoull(given, nullptr, 10);
}

std::string commit() {
    const char* given = std::getenv("BELAY_TEST_COMMIT");
    return given == nullptr ? "the commit at hand" : given;
}

double processor_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

BOOST_AUTO_TEST_SUITE(crash_sim)

BOOST_AUTO_TEST_CASE(what_was_told_holds_after_every_crash) {
    const std::uint64_t crashes = is_full_size() ? 100'000 : 10'000;
    const std::uint64_t first = first_seed();
    Sets sets;
    Coverage asked;
    Tally tally;
    const double begin = processor_seconds();
    for (std::uint64_t seed = first; tally.crashes < crashes; ++seed) {
        Ordeal ordeal(seed, sets, asked, tally);
        const std::string broken = ordeal.live(runs_of_a_life);
        BOOST_REQUIRE_MESSAGE(broken.empty(), broken << "to see it again, at " << commit()
                                                     << ": BELAY_TEST_SEED=" << seed);
    }
    BOOST_TEST_MESSAGE(tally.summary(asked, processor_seconds() - begin));
    for (const std::string& missing : tally.missing(asked)) {
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
