#include "http/drive/midaz/calls.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/midaz/orders.hpp"

namespace belay::midaz {
namespace {

using http::LedgerDeed;

const std::string ledger_path =
    "/v1/organizations/22222222-2222-2222-2222-222222222222/ledgers/"
    "33333333-3333-3333-3333-333333333333";
const std::string transaction_path =
    ledger_path + "/transactions/55555555-5555-5555-5555-555555555555";

BOOST_AUTO_TEST_SUITE(calls)

BOOST_AUTO_TEST_CASE(a_hold_is_this_body_byte_for_byte) {
    const Call call = hold_call(order_of(LedgerDeed::hold), "@alice", Accounts{});
    BOOST_TEST(call.is_post);
    BOOST_TEST(call.target == ledger_path + "/transactions/json");
    BOOST_TEST(call.idempotency_key == "11111111-1111-1111-1111-111111111111");
    BOOST_TEST(call.body ==
               R"({"description":"transfer 11111111-1111-1111-1111-111111111111","pending":true,)"
               R"("metadata":{"transferId":"11111111-1111-1111-1111-111111111111"},)"
               R"("send":{"asset":"BRL","value":"1003.50",)"
               R"("source":{"from":[{"accountAlias":"@alice",)"
               R"("amount":{"asset":"BRL","value":"1003.50"}}]},)"
               R"("distribute":{"to":[{"accountAlias":"@external/BRL",)"
               R"("amount":{"asset":"BRL","value":"1002.00"}},)"
               R"({"accountAlias":"@external/BRL/fees",)"
               R"("amount":{"asset":"BRL","value":"1.50"}}]}}})");
}

BOOST_AUTO_TEST_CASE(money_that_stays_in_the_ledger_goes_to_the_recipient_and_no_fee_is_no_leg) {
    http::LedgerOrder order = order_of(LedgerDeed::hold);
    order.recipient_alias = "bob";
    order.fee = {};
    const Call call = hold_call(order, "@alice", Accounts{});
    BOOST_TEST(call.body.find(R"("to":[{"accountAlias":"bob",)"
                              R"("amount":{"asset":"BRL","value":"1002.00"}}]})") !=
               std::string::npos);
    BOOST_TEST(call.body.find("external") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(aliases_are_text_not_json) {
    const Call call = hold_call(order_of(LedgerDeed::hold), "a\",\"x", Accounts{});
    BOOST_TEST(call.body.find(R"("accountAlias":"a\",\"x")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_other_calls_have_no_body_and_no_key) {
    const Call commit = move_call(order_of(LedgerDeed::commit));
    const Call cancel = move_call(order_of(LedgerDeed::release));
    const Call look = read_back_call(order_of(LedgerDeed::release));
    const Call balances = look_up_call(order_of(LedgerDeed::hold));
    BOOST_TEST(commit.target == transaction_path + "/commit");
    BOOST_TEST(cancel.target == transaction_path + "/cancel");
    BOOST_TEST(look.target == transaction_path);
    BOOST_TEST(balances.target ==
               ledger_path + "/accounts/44444444-4444-4444-4444-444444444444/balances");
    BOOST_TEST((commit.is_post && cancel.is_post && !look.is_post && !balances.is_post));
    for (const Call& call : {commit, cancel, look, balances}) {
        BOOST_TEST((call.body.empty() && call.idempotency_key.empty()));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::midaz
