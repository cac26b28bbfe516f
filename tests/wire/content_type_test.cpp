#include "http/wire/content_type.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::wire {
namespace {

BOOST_AUTO_TEST_SUITE(content_type)

BOOST_AUTO_TEST_CASE(json_is_json_in_any_case_with_utf8_or_no_charset) {
    for (const char* good :
         {"application/json", "Application/JSON", "application/json;charset=utf-8",
          "application/json; charset=UTF-8", "application/json ; Charset=\"utf-8\"",
          "application/json; charset=\"u\\tf-8\"", "application/json;", "application/json; a=b;;",
          "application/json; v=\"a;charset=x\""}) {
        BOOST_TEST(is_json(good), good);
    }
    for (const char* bad :
         {"", "application", "application/", "/json", "application/jsonx", "text/json",
          "application/vnd.x+json", "application/json; charset=latin1", "application/json charset",
          "application/json; charset", "application/json; charset=", "application/json; charset= x",
          "application/json; =x", "application/json; charset=\"utf-8", "application /json",
          "application/json; charset=utf-8; charset=utf-8", "application/json, text/plain",
          "application/json; charset=\"utf-8\"x", "application/json; a=\"\\"}) {
        BOOST_TEST(!is_json(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(parts_are_views_into_the_value) {
    const MediaType media =
        parse_media_type("Text/CSV; header=present; charset=\"a\\\"b\"").value();
    BOOST_TEST(media.type == "Text");
    BOOST_TEST(media.subtype == "CSV");
    BOOST_TEST(*media.charset == "a\"b");
    BOOST_TEST(media.is("text/csv"));
    BOOST_TEST(!media.is("text/plain"));
    BOOST_TEST(!media.is("text"));
    BOOST_TEST(is_type("text/csv; header=present", "text/csv"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
