#include "auth/token_cache.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(token_cache)

constexpr WallTime until = test_time + Milliseconds(1000);

Verified verified(const std::string& subject, WallTime valid_until = until) {
    Principal principal;
    principal.subject = subject;
    return {std::move(principal), valid_until};
}

struct Fixture {
    world::SeededEntropy entropy{11};
    TokenCache cache{16, entropy};
};

BOOST_FIXTURE_TEST_CASE(finds_what_was_stored_and_nothing_else, Fixture) {
    BOOST_TEST(cache.find("token", test_time, 1) == nullptr);
    BOOST_TEST(cache.find("", test_time, 0) == nullptr);
    const Principal* stored = cache.store("token", verified("s"), 1);
    BOOST_TEST(stored->subject == "s");
    BOOST_TEST(cache.find("token", test_time, 1) == stored);
    for (const std::string_view other : {"toke", "tokens", "Token", "", "token "}) {
        BOOST_TEST(cache.find(other, test_time, 1) == nullptr, other);
    }
}

BOOST_FIXTURE_TEST_CASE(an_entry_ends_with_its_time, Fixture) {
    cache.store("token", verified("s"), 1);
    BOOST_TEST(cache.find("token", until - Milliseconds(1), 1) != nullptr);
    BOOST_TEST(cache.find("token", until, 1) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(an_entry_ends_with_its_generation_of_keys, Fixture) {
    cache.store("token", verified("s"), 1);
    BOOST_TEST(cache.find("token", test_time, 2) == nullptr);
    cache.store("token", verified("t"), 2);
    BOOST_TEST(cache.find("token", test_time, 2)->subject == "t");
    BOOST_TEST(cache.find("token", test_time, 1) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_full_set_gives_up_what_was_used_longest_ago) {
    world::SeededEntropy entropy(12);
    TokenCache cache(4, entropy);  // one set of four
    for (const std::string name : {"a", "b", "c", "d"}) {
        cache.store(name, verified(name), 1);
    }
    BOOST_TEST(cache.find("a", test_time, 1) != nullptr);
    cache.store("e", verified("e"), 1);
    BOOST_TEST(cache.find("b", test_time, 1) == nullptr);
    for (const std::string name : {"a", "c", "d", "e"}) {
        const Principal* found = cache.find(name, test_time, 1);
        BOOST_TEST_REQUIRE(found != nullptr, name);
        BOOST_TEST(found->subject == name);
    }
    // Storing a token again takes its own place, not another's.
    cache.store("e", verified("E"), 2);
    BOOST_TEST(cache.find("e", test_time, 2)->subject == "E");
    BOOST_TEST(cache.find("a", test_time, 1) != nullptr);
}

BOOST_AUTO_TEST_CASE(many_tokens_never_answer_for_one_another) {
    world::SeededEntropy entropy(13);
    TokenCache cache(256, entropy);
    int found = 0;
    for (int at = 0; at < 2000; ++at) {
        const std::string token = "token-" + std::to_string(at);
        cache.store(token, verified(token), 1);
        const std::string earlier = "token-" + std::to_string(at / 2);
        if (const Principal* principal = cache.find(earlier, test_time, 1)) {
            BOOST_TEST(principal->subject == earlier);
            ++found;
        }
    }
    BOOST_TEST(found > 100);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
