#include "http/wire/target.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

namespace belay::wire {
namespace {

Target target_of(std::string_view text) {
    Target target;
    BOOST_TEST((parse_target(text, Method::get, target) == WireError::none), text);
    return target;
}

BOOST_AUTO_TEST_SUITE(targets)

BOOST_AUTO_TEST_CASE(path_and_query_are_divided_at_the_first_question_mark) {
    BOOST_TEST(target_of("/a/b?c=d?e").path == "/a/b");
    BOOST_TEST(target_of("/a/b?c=d?e").query == "c=d?e");
    BOOST_TEST(target_of("/?").has_query);
    BOOST_TEST(target_of("/?").query == "");
    BOOST_TEST(!target_of("/").has_query);
    BOOST_TEST(target_of("/a%2Fb;c=d:@!$&'()*+,").path == "/a%2Fb;c=d:@!$&'()*+,");
    BOOST_TEST(target_of("/?created[gte]=1").query == "created[gte]=1");
    BOOST_TEST(target_of("https://h").authority == "h");
    BOOST_TEST(target_of("http://h/p").path == "/p");
}

BOOST_AUTO_TEST_CASE(every_byte_that_no_target_may_hold_is_refused) {
    for (int code = 0; code < 256; ++code) {
        const auto byte = static_cast<char>(code);
        const bool delimits = byte == '?' || byte == '%';
        const bool in_path =
            code > 0x20 && code < 0x7f && !delimits &&
            std::string_view("\"#<>[\\]^`{|}").find(byte) == std::string_view::npos;
        Target target;
        const bool accepted =
            parse_target(std::string("/a") + byte + "b", Method::get, target) == WireError::none;
        BOOST_TEST(accepted == (in_path || byte == '?'), code);
        const bool in_query =
            parse_target(std::string("/?") + byte + "b", Method::get, target) == WireError::none;
        BOOST_TEST(in_query == (in_path || byte == '?' || byte == '[' || byte == ']'), code);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
