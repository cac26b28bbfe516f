#include "store/log/tail.hpp"

#include <set>

#include <boost/test/unit_test.hpp>

namespace belay::store {
namespace {

constexpr TailAt places[] = {TailAt::nothing, TailAt::broken, TailAt::footer};
constexpr TailNext followers[] = {TailNext::none, TailNext::continues, TailNext::later,
                                  TailNext::other_chain};

template <class Each>
void for_each_sight(Each each) {
    for (const TailAt at : places) {
        for (const TailNext next : followers) {
            for (unsigned bits = 0; bits < 8; ++bits) {
                each(TailSight{.at = at,
                               .next = next,
                               .named_above = (bits & 1) != 0,
                               .names_missing = (bits & 2) != 0,
                               .marks_readable = (bits & 4) != 0});
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE(tail)

BOOST_AUTO_TEST_CASE(exactly_one_row_fits_each_sight) {
    for_each_sight([](const TailSight& sight) {
        int fitting = 0;
        for (const TailRow& row : tail_rows()) {
            fitting += fits(row, sight) ? 1 : 0;
        }
        BOOST_TEST(fitting == 1);
    });
}

BOOST_AUTO_TEST_CASE(every_decision_is_taken_somewhere) {
    std::set<TailDecision> taken;
    for_each_sight([&](const TailSight& sight) { taken.insert(judge_tail(sight)); });
    BOOST_TEST(taken.size() == 8U);
}

/// The laws that the table is to obey, said without the table.
BOOST_AUTO_TEST_CASE(what_was_durable_is_never_cut) {
    for_each_sight([](const TailSight& sight) {
        const TailDecision decision = judge_tail(sight);
        const bool ends_here = decision == TailDecision::torn ||
                               decision == TailDecision::crash_end ||
                               decision == TailDecision::clean_end;
        if (ends_here) {
            BOOST_TEST(!sight.named_above);
            BOOST_TEST(!sight.names_missing);
            BOOST_TEST(sight.marks_readable);
            BOOST_TEST((sight.next == TailNext::none));
        }
        BOOST_TEST((decision == TailDecision::go_on) == (sight.next == TailNext::continues));
        BOOST_TEST((ends_here || is_refusal(decision) || decision == TailDecision::go_on));
    });
}

BOOST_AUTO_TEST_CASE(what_a_crash_leaves_is_never_refused) {
    for (const TailAt at : places) {
        BOOST_TEST(!is_refusal(judge_tail({.at = at})));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
