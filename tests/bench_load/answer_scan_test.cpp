#include "bench/load/answer_scan.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

namespace belay::bench {
namespace {

using Kind = ScannedAnswer::Kind;

constexpr std::string_view answer =
    "HTTP/1.1 202 Accepted\r\nServer: x\r\ncOnTeNt-LeNgTh:  5\r\nDate: now\r\n\r\nhello";

BOOST_AUTO_TEST_SUITE(answer_scan)

BOOST_AUTO_TEST_CASE(an_answer_is_whole_with_its_last_byte_and_not_before) {
    for (std::size_t size = 0; size < answer.size(); ++size) {
        BOOST_TEST_REQUIRE((scan_answer(answer.substr(0, size)).kind == Kind::incomplete), size);
    }
    const ScannedAnswer found = scan_answer(answer);
    BOOST_TEST((found.kind == Kind::whole));
    BOOST_TEST(found.status == 202);
    BOOST_TEST(found.body == "hello");
    BOOST_TEST(found.bytes == answer.size());
}

BOOST_AUTO_TEST_CASE(what_follows_belongs_to_the_next_answer) {
    const std::string two = std::string(answer) + "HTTP/1.1 204 No Content\r\n\r\n";
    const ScannedAnswer first = scan_answer(two);
    BOOST_TEST(first.bytes == answer.size());
    const ScannedAnswer second = scan_answer(std::string_view(two).substr(first.bytes));
    BOOST_TEST((second.kind == Kind::whole));
    BOOST_TEST(second.status == 204);
    BOOST_TEST(second.body.empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_broken) {
    for (const std::string_view broken :
         {"HTTP/1.0 200 OK\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 600 What\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"}) {
        BOOST_TEST((scan_answer(broken).kind == Kind::broken), broken);
    }
}

BOOST_AUTO_TEST_CASE(the_answers_of_redis) {
    BOOST_TEST((scan_redis_answer("$5\r\nhel").kind == Kind::incomplete));
    const ScannedAnswer bulk = scan_redis_answer("$5\r\nhello\r\n+OK\r\n");
    BOOST_TEST((bulk.kind == Kind::whole));
    BOOST_TEST(bulk.body == "hello");
    BOOST_TEST(bulk.bytes == 11U);
    BOOST_TEST(scan_redis_answer("-ERR no\r\n").status == 500);
    BOOST_TEST(scan_redis_answer(":1\r\n").status == 200);
    BOOST_TEST((scan_redis_answer("*1\r\n$1\r\na\r\n").kind == Kind::broken));
}

BOOST_AUTO_TEST_CASE(a_member_is_found_by_its_whole_name) {
    constexpr std::string_view body =
        R"({"id":7,"jobId":"id","note":"an id","id":"a","empty":"","id":"b"})";
    BOOST_TEST((text_member(body, "id") == "a"));
    BOOST_TEST((text_member(body, "jobId") == "id"));
    BOOST_TEST((text_member(body, "empty") == ""));
    BOOST_TEST(!text_member(body, "Id").has_value());
    BOOST_TEST(!text_member(body, "absent").has_value());
    BOOST_TEST(!text_member("id\":\"a\"", "id").has_value());
    BOOST_TEST(!text_member("", "id").has_value());
    for (std::size_t size = 0; size < 10; ++size) {
        const auto cut = std::string_view(R"("id":"abc")").substr(0, size);
        BOOST_TEST(!text_member(cut, "id").has_value(), size);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bench
