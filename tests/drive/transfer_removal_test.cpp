// What is over goes, and nothing else does: in a bank that is at work.
#include <boost/test/unit_test.hpp>

#include "core/transfers/initiation.hpp"
#include "tests/drive/bank.hpp"

namespace belay::bank {
namespace {

using transfers::Scope;

template <class Value>
std::optional<WallTime> removal_of(job::Kind kind, const Value& value) {
    std::string bytes;
    encode(value, bytes);
    return http::TransferChores::removal_of(kind, as_byte_span(bytes));
}

BOOST_AUTO_TEST_SUITE(transfer_removal)

BOOST_AUTO_TEST_CASE(a_guard_goes_when_its_time_is_over) {
    BankSettings settings;
    settings.pace.submit_delay = std::chrono::hours(1);
    Bank bank(1, 2, settings);
    BOOST_REQUIRE(bank.start());
    const job::Uuid id = bank.confirm({.amount = 40});
    bank.do_chores();
    bank.pass(std::chrono::minutes(4));
    const job::Uuid later = bank.confirm({.amount = 40});  // its guard takes the first one's place
    bank.pass(std::chrono::minutes(1));
    bank.do_chores();
    BOOST_TEST(bank.has_guard(later));
    bank.pass(std::chrono::minutes(4));
    bank.do_chores();
    BOOST_TEST(!bank.has_guard(later));
    BOOST_TEST((bank.see(id)->phase == transfers::Phase::created));
}

BOOST_AUTO_TEST_CASE(counters_go_long_after_their_period) {
    BankSettings settings;
    settings.counts_limits = true;
    Bank bank(2, 2, settings);
    BOOST_REQUIRE(bank.start());
    bank.confirm({.amount = 40});
    bank.clock().advance(std::chrono::days(60));
    bank.do_chores();
    BOOST_TEST(bank.usage(Scope::account_day, 0).has_value());
    bank.clock().advance(std::chrono::days(3));
    bank.do_chores();
    BOOST_TEST(!bank.usage(Scope::account_day, 0).has_value());
}

BOOST_AUTO_TEST_CASE(a_confirmed_initiation_stays) {
    transfers::Initiation initiation;
    initiation.expires = birth;
    BOOST_TEST((removal_of(transfers::initiation_kind, initiation) ==
                birth + http::TransferChores::initiation_kept));
    initiation.transfer = job::Uuid{};
    BOOST_TEST(!removal_of(transfers::initiation_kind, initiation).has_value());
}

BOOST_AUTO_TEST_CASE(transfers_and_bytes_that_are_nothing_stay) {
    for (const job::Kind kind : {transfers::transfer_kind, transfers::guard_kind,
                                 transfers::initiation_kind, transfers::usage_kind}) {
        BOOST_TEST(!http::TransferChores::removal_of(kind, as_byte_span("nothing")).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bank
