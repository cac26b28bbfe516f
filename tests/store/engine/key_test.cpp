// Keys: once, replayed, expired, forgotten and used again, across starts and snapshots.
#include <boost/test/unit_test.hpp>

#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {
namespace {

BOOST_AUTO_TEST_SUITE(store_keys)

BOOST_AUTO_TEST_CASE(one_key_has_one_answer) {
    Rig rig;
    rig.open();
    BOOST_TEST((rig.run(claim("key", "one")) == Status::committed));
    std::string seen;
    BOOST_TEST((rig.run(claim("key", "two", &seen)) == Status::declined));
    BOOST_TEST(seen == "one");
    BOOST_TEST((rig.run(claim("other", "two")) == Status::committed));
    rig.kill();
    rig.open();
    BOOST_TEST(rig.remembered("key") == "one");
    BOOST_TEST(rig.remembered("other") == "two");
}

BOOST_AUTO_TEST_CASE(an_expired_key_is_claimed_anew) {
    Rig rig;
    rig.open();
    const auto claim_for_a_second = [&](std::string_view body) {
        return rig.run(Ask(
            {},
            [&](const View& view, Draft& draft) {
                if (job::judge_key(view.remembered, {}, view.now) == job::KeyVerdict::fresh) {
                    draft.remember(answer(body, 0, view.now + Milliseconds(1000)));
                }
            },
            "key"));
    };
    BOOST_TEST((claim_for_a_second("one") == Status::committed));
    BOOST_TEST((claim_for_a_second("two") == Status::declined));
    rig.clock.advance(Milliseconds(1000));
    BOOST_TEST((claim_for_a_second("three") == Status::committed));
    BOOST_TEST(rig.remembered("key") == "three");
    rig.kill();
    rig.open();
    BOOST_TEST(rig.remembered("key") == "three");
}

/// Forgets and claims a key again and again, at every point either at once, or when the key is
/// gone from the table, or after a start, or after a snapshot; then starts from the log and from
/// what the snapshots left.
BOOST_AUTO_TEST_CASE(a_forgotten_key_is_used_again_across_starts_and_snapshots) {
    enum Step { nothing, settle, kill, snapshot, clean, steps };
    for (int first = 0; first < steps; ++first) {
        for (int second = 0; second < steps; ++second) {
            for (int third = 0; third < steps; ++third) {
                Rig rig;
                rig.open();
                const auto take = [&](int step) {
                    switch (step) {
                        case settle:
                            rig.lane().about_to_sleep();
                            rig.lane().woke();
                            break;
                        case kill:
                            rig.kill();
                            rig.open();
                            break;
                        case snapshot:
                            BOOST_REQUIRE(rig.store->write_snapshot().has_value());
                            break;
                        case clean:
                            rig.close();
                            rig.open();
                            break;
                        default:
                            break;
                    }
                };
                BOOST_REQUIRE((rig.run(claim("key", "one")) == Status::committed));
                take(first);
                BOOST_REQUIRE((rig.run(forget("key")) == Status::committed));
                take(second);
                BOOST_REQUIRE((rig.run(claim("key", "two")) == Status::committed));
                take(third);
                BOOST_REQUIRE((rig.run(forget("key")) == Status::committed));
                take(second);
                BOOST_REQUIRE((rig.run(claim("key", "three")) == Status::committed));
                take(third);
                const std::uint64_t running = rig.store->state_hash();
                rig.kill();
                rig.open();
                BOOST_TEST(rig.remembered("key") == "three");
                BOOST_TEST(rig.store->state_hash() == running);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(memory_of_forgotten_keys_comes_back) {
    Rig rig;
    rig.open();
    const auto churn = [&] {
        for (int number = 0; number < 500; ++number) {
            rig.run(claim("key " + std::to_string(number), std::string(1000, 'x')));
        }
        for (int number = 0; number < 500; ++number) {
            rig.run(forget("key " + std::to_string(number)));
        }
        rig.lane().about_to_sleep();
        rig.lane().woke();
    };
    churn();
    const std::uint64_t once = rig.store->statistics().memory_bytes;
    churn();
    churn();
    BOOST_TEST(rig.store->statistics().memory_bytes == once);
    BOOST_TEST(rig.store->statistics().keys == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
