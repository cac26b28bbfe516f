#include "http/wire/response.hpp"

#include <chrono>
#include <string>

#include <boost/test/unit_test.hpp>

#include "http/wire/date.hpp"

namespace belay::wire {
namespace {

BOOST_AUTO_TEST_SUITE(response)

BOOST_AUTO_TEST_CASE(an_answer_with_a_body_is_framed_by_its_length) {
    std::string text = "before";
    ResponseContext context;
    context.date = "Sun, 06 Nov 1994 08:49:37 GMT";
    ResponseWriter(text, context, 201)
        .field("X-Request-Id", "r-1")
        .field("Retry-After", std::uint64_t{5})
        .body("application/json", "{}");
    BOOST_TEST(text ==
               "beforeHTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
               "X-Request-Id: r-1\r\nRetry-After: 5\r\nContent-Type: application/json\r\n"
               "Content-Length: 2\r\n\r\n{}");
}

BOOST_AUTO_TEST_CASE(the_connection_field_says_what_the_version_does_not) {
    const auto ending = [](Version version, bool keep_alive) {
        std::string text;
        ResponseContext context;
        context.version = version;
        context.keep_alive = keep_alive;
        ResponseWriter(text, context, 200).no_body();
        return text;
    };
    BOOST_TEST(ending(Version::http_1_1, true) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    BOOST_TEST(ending(Version::http_1_1, false) ==
               "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    BOOST_TEST(ending(Version::http_1_0, true) ==
               "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_TEST(ending(Version::http_1_0, false) ==
               "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(no_body_goes_where_none_may_be) {
    for (const int status : {204, 304}) {
        std::string text;
        ResponseWriter(text, {}, status).body("text/plain", "hello");
        BOOST_TEST(text.find("Content-") == std::string::npos);
        BOOST_TEST(text.ends_with("\r\n\r\n"));
        text.clear();
        BOOST_TEST((ResponseWriter(text, {}, status).stream() == StreamFraming::nothing));
        BOOST_TEST(text.find("Transfer-Encoding") == std::string::npos);
    }
    ResponseContext head;
    head.method = Method::head;
    std::string text;
    ResponseWriter(text, head, 200).body("text/plain", "hello");
    BOOST_TEST(text == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n");
    text.clear();
    BOOST_TEST(!ResponseWriter(text, head, 200).stream_length(5));
    text.clear();
    BOOST_TEST((ResponseWriter(text, head, 200).stream() == StreamFraming::nothing));
    BOOST_TEST(text.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stream_is_chunked_or_ends_with_the_connection) {
    std::string text;
    BOOST_TEST((ResponseWriter(text, {}, 200).stream() == StreamFraming::chunked));
    append_chunk(text, "hello, this is it");
    append_chunk(text, "");
    append_last_chunk(text);
    BOOST_TEST(text ==
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
               "11\r\nhello, this is it\r\n0\r\n\r\n");
    text.clear();
    ResponseContext old;
    old.version = Version::http_1_0;
    BOOST_TEST((ResponseWriter(text, old, 200).stream() == StreamFraming::until_close));
    BOOST_TEST(text == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(no_value_can_end_its_line) {
    std::string text;
    ResponseWriter(text, {}, 200)
        .field("X-Echo", std::string_view("a\r\nX-Injected: 1\r\n\r\nb\0c\x7f\t\xe9", 26))
        .no_body();
    BOOST_TEST(text ==
               "HTTP/1.1 200 OK\r\nX-Echo: a  X-Injected: 1    b c \t\xe9\r\n"
               "Content-Length: 0\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(statuses_have_their_reasons) {
    BOOST_TEST(reason_of(200) == "OK");
    BOOST_TEST(reason_of(409) == "Conflict");
    BOOST_TEST(reason_of(431) == "Request Header Fields Too Large");
    BOOST_TEST(reason_of(599) == "Unknown");
    std::string text;
    ResponseWriter(text, {}, 599).no_body();
    BOOST_TEST(text.starts_with("HTTP/1.1 599 Unknown\r\n"));
    BOOST_TEST(continue_response() == "HTTP/1.1 100 Continue\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(dates_are_made_once_a_second) {
    using namespace std::chrono;
    DateCache cache;
    const WallTime example = sys_days(1994y / November / 6) + 8h + 49min + 37s;
    BOOST_TEST(cache.imf_fixdate(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
    BOOST_TEST(cache.imf_fixdate(example + 999ms) == "Sun, 06 Nov 1994 08:49:37 GMT");
    BOOST_TEST(cache.imf_fixdate(example + 1s) == "Sun, 06 Nov 1994 08:49:38 GMT");
    BOOST_TEST(cache.imf_fixdate(WallTime()) == "Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_TEST(cache.imf_fixdate(WallTime(-1ms)) == "Wed, 31 Dec 1969 23:59:59 GMT");
    BOOST_TEST(cache.imf_fixdate(sys_days(2024y / February / 29) + 23h) ==
               "Thu, 29 Feb 2024 23:00:00 GMT");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
