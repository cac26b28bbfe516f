// Rows that are belay's own operations, with the real families on a store.
#include <boost/test/unit_test.hpp>

#include "house.hpp"

namespace belay::batch_drive {
namespace {

using test::House;
using test::SentRow;

constexpr std::string_view cancel_transfer = "/v1/transfers/:id/cancel";
constexpr std::string_view cancel_export = "/v1/export-jobs/:id/cancel";
constexpr std::string_view create_export = "/v1/contexts/:id/export-jobs";

std::string line_of(std::string_view id, std::string_view params = {}, std::string_view more = {}) {
    std::string line = R"({"id":"r1","path_params":{"id":")" + std::string(id) + "\"}";
    if (!params.empty()) {
        line.append(",\"params\":").append(params);
    }
    return line.append(more).append("}");
}

bool has(const RowAnswer& answer, std::string_view part) {
    return answer.response.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(batch_in_process, House)

BOOST_AUTO_TEST_CASE(each_own_operation_does_what_a_client_would_have_done) {
    const std::string transfer = held_transfer();
    SentRow cancel = row(cancel_transfer, line_of(transfer, R"({"reason":"by batch"})"));
    const RowAnswer cancelled = send(cancel);
    BOOST_TEST(cancelled.status == 200);
    BOOST_TEST(has(cancelled, transfer));
    BOOST_TEST(transfer_status(transfer) == "CANCELLED");

    SentRow initiate = row("/v1/transfers/initiate", R"({"id":"i","params":)" + order() + "}", "i");
    const RowAnswer initiation = send(initiate);
    BOOST_TEST(initiation.status == 200, initiation.response);
    BOOST_TEST(has(initiation, "100.1"));

    SentRow process = row("/v1/transfers/process",
                          R"({"id":"p","params":{"initiationId":")" + initiated() + "\"}}", "p");
    BOOST_TEST(send(process).status == 200);

    const std::string job = queued_export();
    SentRow stop = row(cancel_export, line_of(job), "x");
    BOOST_TEST(send(stop).status == 200);
    BOOST_TEST(export_status(job) == "CANCELED");

    SentRow create =
        row(create_export, line_of(context(), R"({"reportType":"MATCHED","format":"CSV"})"), "c");
    BOOST_TEST(send(create).status == 202);
}

/// The row is the very request that a client could have made under its key.
BOOST_AUTO_TEST_CASE(a_row_and_the_direct_request_under_its_key_are_one) {
    const std::string transfer = held_transfer();
    SentRow cancel = row(cancel_transfer, line_of(transfer, R"({"reason":"€"})"));
    const RowAnswer answer = send(cancel);
    const auto direct =
        ask("POST", "/v1/transfers/" + transfer + "/cancel", R"({"reason":"€"})", cancel.key);
    BOOST_TEST(direct.is_replay);
    BOOST_TEST(direct.status == answer.status);
    BOOST_TEST(direct.content == answer.response);

    const std::string job = queued_export();
    SentRow stop = row(cancel_export, line_of(job), "x");
    const RowAnswer stopped = send(stop);
    const auto stopped_directly = ask("POST", "/v1/export-jobs/" + job + "/cancel", "", stop.key);
    BOOST_TEST(stopped_directly.is_replay);
    BOOST_TEST(stopped_directly.content == stopped.response);
}

BOOST_AUTO_TEST_CASE(a_row_that_is_sent_again_is_done_once) {
    SentRow create =
        row(create_export, line_of(context(), R"({"reportType":"MATCHED","format":"CSV"})"));
    const RowAnswer first = send(create);
    BOOST_TEST(first.status == 202);
    BOOST_TEST(send(create).response == first.response);
    restart(true);
    BOOST_TEST(send(create).response == first.response);
}

BOOST_AUTO_TEST_CASE(refusals_are_the_operations_own) {
    const std::string nobody = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b";
    SentRow foreign = row(cancel_transfer, line_of(nobody), "a");
    const RowAnswer absent = send(foreign);
    BOOST_TEST(absent.status == 404);
    BOOST_TEST(has(absent, "BTF-0200"));
    // A place is one segment, whatever fills it.
    int number = 0;
    for (const std::string_view value : {"a/b", "..%2F", "?x=1", "a b", "%", "ü", "\\u0001", "#"}) {
        ++number;
        SentRow odd = row(cancel_transfer, line_of(value), "t" + std::to_string(number));
        BOOST_TEST(send(odd).status == 400, value);
        SentRow job = row(cancel_export, line_of(value), "e" + std::to_string(number));
        BOOST_TEST(send(job).status == 400, value);
    }
    SentRow bare = row("/v1/transfers/initiate", R"({"id":"d"})", "d");
    BOOST_TEST(send(bare).status == 400);
    SentRow wrong = row(create_export, line_of(context(), R"({"reportType":1})"), "e");
    BOOST_TEST(send(wrong).status == 400);
}

BOOST_AUTO_TEST_CASE(what_the_creator_may_not_do_his_rows_may_not) {
    const std::string transfer = held_transfer();
    creator.scopes = auth::Scopes::listed({"batches:write", "exports:write", "transfers:read"});
    SentRow cancel = row(cancel_transfer, line_of(transfer));
    const RowAnswer refused = send(cancel);
    BOOST_TEST(refused.status == 403);
    BOOST_TEST(has(refused, "BTF-0405"));
    BOOST_TEST(!settle(cancel).has_value());
    BOOST_TEST(transfer_status(transfer) == "CREATED");
}

BOOST_AUTO_TEST_CASE(a_row_acts_on_the_account_of_its_batch_alone) {
    const std::string job = queued_export();
    const std::string own = job::format_uuid(creator.tenant);
    const auto with = [&](std::string_view account) {
        SentRow made = row(cancel_export, line_of(job));
        made.row.context = account;
        return made;
    };
    SentRow other = with("0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b");
    BOOST_TEST(send(other).status == 403);
    for (const std::string_view odd : {"acct_1", "x\r\nX-Organization-Id: y"}) {
        SentRow of_odd = with(odd);
        BOOST_TEST(send(of_odd).status == 400);
    }
    BOOST_TEST(export_status(job) == "QUEUED");
    SentRow ours = with(own);
    BOOST_TEST(send(ours).status == 200);
}

BOOST_AUTO_TEST_CASE(a_row_that_was_done_is_settled_with_its_answer) {
    const std::string transfer = held_transfer();
    SentRow cancel = row(cancel_transfer, line_of(transfer));
    const RowAnswer answer = send(cancel);
    for (const bool loses_power : {false, true}) {
        restart(loses_power);
        const auto settled = settle(cancel);
        BOOST_TEST_REQUIRE(settled.has_value());
        BOOST_TEST((settled->kind == RowAnswer::Kind::final));
        BOOST_TEST(settled->status == answer.status);
        BOOST_TEST(settled->response == answer.response);
    }
    // So is one that the operation refused and keeps.
    SentRow again = row(cancel_transfer, line_of("0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b"), "b");
    const RowAnswer refused = send(again);
    BOOST_TEST(settle(again).value().response == refused.response);
}

BOOST_AUTO_TEST_CASE(a_row_that_was_not_done_is_settled_for_ever) {
    const std::string transfer = held_transfer();
    const std::string job = queued_export();
    SentRow cancel = row(cancel_transfer, line_of(transfer), "a");
    SentRow stop = row(cancel_export, line_of(job), "b");
    SentRow create =
        row(create_export, line_of(context(), R"({"reportType":"MATCHED","format":"CSV"})"), "c");
    for (SentRow* sent : {&cancel, &stop, &create}) {
        BOOST_TEST(!settle(*sent).has_value());
    }
    restart(true);
    BOOST_TEST(send(cancel).status == 422);
    BOOST_TEST(send(stop).status == 409);
    BOOST_TEST(send(create).status == 409);
    BOOST_TEST(transfer_status(transfer) == "CREATED");
    BOOST_TEST(export_status(job) == "QUEUED");
    // Under another key it can be done.
    SentRow other = row(cancel_transfer, line_of(transfer), "d");
    BOOST_TEST(send(other).status == 200);
}

/// What is refused before its key is looked at never was done.
BOOST_AUTO_TEST_CASE(a_row_that_no_operation_takes_is_settled_as_not_done) {
    for (const std::string_view value : {"a/b", "%", ""}) {
        if (!value.empty()) {
            SentRow odd = row(cancel_export, line_of(value), "a");
            BOOST_TEST(!settle(odd).has_value(), value);
        }
    }
    SentRow foreign = row(cancel_export, line_of("x", {}, R"(,"context":"acct_1")"), "b");
    BOOST_TEST(!settle(foreign).has_value());
}

BOOST_AUTO_TEST_CASE(who_claims_the_key_first_decides) {
    for (int turn = 0; turn < 40; ++turn) {
        const bool settles_first = turn % 2 == 0;
        const std::string transfer = held_transfer();
        SentRow cancel = row(cancel_transfer, line_of(transfer), "t" + std::to_string(turn));
        const auto [sent, settled] = send_and_settle(cancel, settles_first);
        BOOST_TEST(settled.has_value() == !settles_first);
        BOOST_TEST(sent.status == (settles_first ? 422 : 200));
        BOOST_TEST(transfer_status(transfer) == (settles_first ? "CREATED" : "CANCELLED"));
        if (settled) {
            BOOST_TEST(settled->response == sent.response);
        }
    }
}

BOOST_AUTO_TEST_CASE(keys_are_kept_as_the_family_keeps_them) {
    BOOST_TEST((keys_kept(row(cancel_transfer, line_of("x"))) == transfer_api::key_lifetime));
    BOOST_TEST((keys_kept(row(cancel_export, line_of("x"))) == export_jobs::key_lifetime));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::batch_drive
