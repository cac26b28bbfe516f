// Every answer that transfers.md 3.4 and 3.5 name, v3.8.0's and v4's, and those that nobody names.
#include "http/drive/midaz/reading.hpp"

#include <array>

#include <boost/test/unit_test.hpp>

namespace belay::midaz {

std::ostream& boost_test_print_type(std::ostream& to, Judgement judgement) {
    return to << "judgement " << static_cast<int>(judgement);
}

namespace {

using enum Judgement;

std::string error_body(std::string_view code) {
    return R"({"code":")" + std::string(code) + R"(","title":"A title","message":"A message."})";
}

std::string problem_body(std::string_view code) {
    return R"({"type":"about:blank","title":"A title","status":409,"detail":"d","code":")" +
           std::string(code) + R"(","entityType":"Transaction","errors":[]})";
}

std::string transaction_body(std::string_view status) {
    return R"({"id":"55555555-5555-5555-5555-555555555555","status":{"code":")" +
           std::string(status) + R"(","description":null},"amount":"1.00","operations":[]})";
}

/// Of an answer: what it means for each question.
struct Line {
    int status;
    std::string body;
    Judgement look_up;
    Judgement hold;
    Judgement release;
    Judgement commit;
    Judgement release_read_back;
    Judgement commit_read_back;
};

void expect(const Line& line) {
    const Reading reading = read(Answer{line.status, line.body});
    BOOST_TEST_CONTEXT(line.status << " " << line.body) {
        BOOST_TEST(judge_look_up(reading) == line.look_up);
        BOOST_TEST(judge_hold(reading) == line.hold);
        BOOST_TEST(judge_move(LedgerDeed::release, reading) == line.release);
        BOOST_TEST(judge_move(LedgerDeed::commit, reading) == line.commit);
        BOOST_TEST(judge_read_back(LedgerDeed::release, reading) == line.release_read_back);
        BOOST_TEST(judge_read_back(LedgerDeed::commit, reading) == line.commit_read_back);
    }
}

BOOST_AUTO_TEST_SUITE(reading)

// clang-format off
BOOST_AUTO_TEST_CASE(answers_that_say_what_became_of_the_transaction) {
    for (const int status : {200, 201}) {
        expect({status, transaction_body("PENDING"),  unknown, done,    read_back, read_back, still_open, still_open});
        expect({status, transaction_body("APPROVED"), unknown, done,    other_won, done,      other_won,  done});
        expect({status, transaction_body("CANCELED"), unknown, done,    done,      other_won, done,       other_won});
        expect({status, transaction_body("CREATED"),  unknown, unknown, read_back, read_back, unknown,    unknown});
        expect({status, "{}",                         unknown, unknown, read_back, read_back, unknown,    unknown});
        expect({status, R"({"id":"55)",               unknown, unknown, read_back, read_back, unknown,    unknown});
        expect({status, "",                           unknown, unknown, read_back, read_back, unknown,    unknown});
    }
}

BOOST_AUTO_TEST_CASE(errors_of_the_rules) {
    expect({422, error_body("0018"), refused, insufficient_funds, refused, refused, unknown, unknown});
    expect({422, error_body("0167"), refused, insufficient_funds, refused, refused, unknown, unknown});
    expect({400, error_body("0024"), refused, refused, refused, refused, unknown, unknown});
    expect({400, error_body("0090"), refused, refused, refused, refused, unknown, unknown});
    expect({422, error_body("0098"), refused, refused, refused, refused, unknown, unknown});
    expect({400, error_body("0122"), refused, refused, refused, refused, unknown, unknown});
    expect({422, error_body("0125"), refused, refused, refused, refused, unknown, unknown});
    expect({404, error_body("0007"), refused, refused, missing, missing, missing, missing});
    expect({404, error_body("0070"), refused, refused, missing, missing, missing, missing});
    expect({422, error_body("0099"), refused, refused, read_back, read_back, unknown, unknown});
    expect({409, problem_body("0099"), refused, refused, read_back, read_back, unknown, unknown});
}

BOOST_AUTO_TEST_CASE(errors_that_go_by) {
    for (const auto& [status, body] : {std::pair(409, error_body("0084")), std::pair(422, error_body("0174")),
                                       std::pair(409, problem_body("0486")), std::pair(429, std::string("slow down")),
                                       std::pair(401, error_body("0041")), std::pair(403, error_body("0043"))}) {
        expect({status, body, busy, busy, busy, busy, busy, busy});
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_of_midaz_is_never_a_no) {
    for (const int status : {0, 500, 502, 503, 504, 408, 425}) {
        for (const std::string& body : {error_body("0095"), error_body("0128"), error_body("0018"),
                                        transaction_body("CANCELED"), std::string("<html>")}) {
            expect({status, body, unknown, unknown, unknown, unknown, unknown, unknown});
        }
    }
    for (const int status : {204, 301, 302, 400, 404, 405, 409, 422}) {
        for (const std::string& body : {std::string(), std::string("<html>"), error_body("nginx"), error_body("")}) {
            expect({status, body, unknown, unknown, unknown, unknown, unknown, unknown});
        }
    }
}
// clang-format on

BOOST_AUTO_TEST_CASE(an_account_is_known_by_the_alias_of_its_balances) {
    const Reading reading =
        read(Answer{200, R"({"items":[{"id":"1","alias":"@alice","key":"default"},)"
                         R"({"alias":"@alice","key":"asset-freeze"}],"limit":10})"});
    BOOST_TEST(judge_look_up(reading) == done);
    BOOST_TEST(reading.alias == "@alice");
    for (const auto* body : {R"({"items":[]})", R"({"items":[7]})", R"({"items":{}})",
                             R"({"items":[{"alias":7}]})", R"([])"}) {
        BOOST_TEST(judge_look_up(read(Answer{200, body})) == unknown);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::midaz
