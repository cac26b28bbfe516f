#include "auth/strict_json.hpp"

#include <string>

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace belay::auth {
namespace {

BOOST_AUTO_TEST_SUITE(strict_json)

BOOST_AUTO_TEST_CASE(takes_what_has_one_meaning) {
    for (const std::string_view text :
         {"{}", "[]", "null", R"({"a":{"a":[{"a":1},{"a":2}]},"b":"\u00e9"})", " {\"a\" : 1}\n",
          R"({"a":-0.5,"b":18446744073709551615,"c":"\u0000"})"}) {
        BOOST_TEST(parse_strict_json(text, 8).has_value(), text);
    }
    const auto read = parse_strict_json(R"({"a":{"b":[1,true,null,"x"]},"c":2})", 8);
    BOOST_TEST(boost::json::serialize(*read) == R"({"a":{"b":[1,true,null,"x"]},"c":2})");
}

BOOST_AUTO_TEST_CASE(refuses_what_has_two_meanings_or_none) {
    using namespace std::string_view_literals;
    for (const std::string_view text : {
             ""sv,
             " "sv,
             "{"sv,
             "{} {}"sv,
             "{},"sv,
             R"({"a":1,"a":1})"sv,
             R"({"a":1,"\u0061":2})"sv,                 // the same name, spelled otherwise
             R"({"x":{"y":[{"a":1,"b":2,"a":3}]}})"sv,  // deep inside
             R"({"a\u0000b":1})"sv,
             R"({"a":1e999})"sv,
             R"({"a":-1e999})"sv,
             R"({"a":1.7976931348623159e309})"sv,
             R"({"a":NaN})"sv,
             R"({"a":01})"sv,
             R"({"a":"\ud800"})"sv,     // half a surrogate pair
             "{\"a\":\"\xff\"}"sv,      // not UTF-8
             "{\"a\":\"\xc0\xaf\"}"sv,  // overlong
             "\xef\xbb\xbf{}"sv,        // byte order mark
             "{\"a\":1}\0"sv,
             "/**/{}"sv,
             "{\"a\":1,}"sv,
             "[[[[[[[[[0]]]]]]]]]"sv,  // nine deep
         }) {
        BOOST_TEST(parse_strict_json(text, 8).has_error(), text);
    }
}

BOOST_AUTO_TEST_CASE(an_object_has_a_bounded_number_of_members) {
    const auto object_of = [](int members) {
        std::string text = "{";
        for (int at = 0; at < members; ++at) {
            text += (at == 0 ? "\"" : ",\"") + std::to_string(at) + "\":0";
        }
        return text + "}";
    };
    BOOST_TEST(parse_strict_json(object_of(256), 8).has_value());
    BOOST_TEST(parse_strict_json(object_of(257), 8).has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
