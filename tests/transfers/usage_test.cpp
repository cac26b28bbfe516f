#include "core/transfers/usage.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::transfers {
namespace {

BOOST_AUTO_TEST_SUITE(usage)

BOOST_AUTO_TEST_CASE(a_limit_by_amount_and_by_count) {
    const Usage used{{900}, 2};
    BOOST_TEST((use(used, {}, {1'000'000}).value() == Usage{{1'000'900}, 3}));
    const Limit amount{.amount = ledger::Money{1000}};
    BOOST_TEST((use(used, amount, {100}).value() == Usage{{1000}, 3}));
    BOOST_TEST((use(used, amount, {101}).error() == Error::exhausted));
    BOOST_TEST((use(used, {.count = 3}, {1}).value() == Usage{{901}, 3}));
    BOOST_TEST((use(used, {.count = 2}, {1}).error() == Error::exhausted));
}

BOOST_AUTO_TEST_CASE(what_is_given_back_can_be_used_again) {
    const Usage used = use({{900}, 2}, {}, {100}).value();
    BOOST_TEST((give_back(used, {100}) == Usage{{900}, 2}));
}

BOOST_AUTO_TEST_CASE(a_sum_that_does_not_fit_is_over_every_limit) {
    BOOST_TEST(use({{INT64_MAX}, 1}, {}, {1}).has_error());
}

BOOST_AUTO_TEST_CASE(periods) {
    const Day last = parse_day("2026-01-31").value();
    const Day first = parse_day("2026-02-01").value();
    for (const Scope scope : {Scope::tenant_day, Scope::account_day}) {
        BOOST_TEST(period_of(scope, first) == period_of(scope, last) + 1);
    }
    for (const Scope scope : {Scope::tenant_month, Scope::account_month}) {
        BOOST_TEST(period_of(scope, first) == period_of(scope, last) + 1);
        BOOST_TEST(period_of(scope, first) == period_of(scope, parse_day("2026-02-28").value()));
        BOOST_TEST(period_of(scope, parse_day("2027-01-01").value()) ==
                   period_of(scope, parse_day("2026-12-31").value()) + 1);
    }
}

BOOST_AUTO_TEST_CASE(last_days) {
    const Day day = parse_day("2028-02-05").value();
    BOOST_TEST((last_day_of(Scope::account_day, day) == day));
    BOOST_TEST((last_day_of(Scope::tenant_month, day) == parse_day("2028-02-29").value()));
}

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    std::string bytes;
    const Usage used{{5}, 6, parse_day("2026-02-28").value()};
    encode(used, bytes);
    BOOST_TEST((decode_usage(as_byte_span(bytes)).value() == used));
    bytes.pop_back();
    BOOST_TEST((decode_usage(as_byte_span(bytes)).error() == Error::corrupt));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::transfers
