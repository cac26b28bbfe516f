// Ten thousand rounds (market.hpp), or a tenth of them where size does not matter; the same for the
// same seed.
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "tests/drive/market.hpp"

namespace belay::bank {
namespace {

constexpr int rounds_of_a_life = 25;

/// Of these it is known that they meet everything that can be met.
constexpr std::uint64_t usual_seed = 20'261'123;

bool is_full_size() {
    const char* size = std::getenv("BELAY_TEST_SIZE");
    return size != nullptr && std::string_view(size) == "full";
}

std::uint64_t first_seed() {
    const char* given = std::getenv("BELAY_TEST_SEED");
    return given == nullptr ? usual_seed : std::strtoull(given, nullptr, 10);
}

BOOST_AUTO_TEST_SUITE(transfer_sim)

BOOST_AUTO_TEST_CASE(the_books_are_right_at_every_cut) {
    const std::uint64_t rounds = is_full_size() ? 10'000 : 1'000;
    const std::uint64_t first = first_seed();
    Tally tally;
    for (std::uint64_t seed = first; tally.rounds < rounds; ++seed) {
        Market market(seed, tally);
        const std::string broken = market.live(rounds_of_a_life);
        BOOST_REQUIRE_MESSAGE(broken.empty(),
                              broken << "to see it again: BELAY_TEST_SEED=" << seed);
    }
    BOOST_TEST_MESSAGE(tally.summary());
    for (const std::string& missing : tally.missing()) {
        if (first == usual_seed) {
            BOOST_ERROR(missing);
        } else {
            BOOST_TEST_MESSAGE(missing);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bank
