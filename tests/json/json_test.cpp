#include "core/json/json.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/test/unit_test.hpp>

namespace belay {
namespace {

namespace json = boost::json;

json::value parsed(std::string_view text) {
    const auto value = parse_json(text);
    BOOST_REQUIRE_MESSAGE(value.has_value(), text);
    return *value;
}

void refused(std::string_view text, JsonFault fault, std::size_t offset,
             std::string_view pointer = "") {
    const auto value = parse_json(text);
    BOOST_REQUIRE_MESSAGE(value.has_error(), text);
    BOOST_TEST((value.error().fault == fault), text << ": " << sentence_of(value.error().fault));
    BOOST_TEST(value.error().offset == offset, text);
    BOOST_TEST(value.error().pointer == pointer, text);
}

/// {"a":{"a":{}}}
std::string nested_objects(int depth) {
    std::string text = "{}";
    for (int at = 1; at < depth; ++at) {
        text = "{\"a\":" + text + "}";
    }
    return text;
}

std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
}

BOOST_AUTO_TEST_SUITE(json_of_bodies)

BOOST_AUTO_TEST_CASE(a_body_becomes_the_value_that_it_says) {
    const json::value value =
        parsed(" {\"a\":[1,-2,2.5,true,false,null,\"x\\u00e9\\n\\ud83d\\ude00\"],\r\n\t\"b\":{}} ");
    const json::array& array = value.at("a").as_array();
    BOOST_TEST(array[0].as_int64() == 1);
    BOOST_TEST(array[1].as_int64() == -2);
    BOOST_TEST(array[2].as_double() == 2.5);
    BOOST_TEST(array[3].as_bool());
    BOOST_TEST(!array[4].as_bool());
    BOOST_TEST(array[5].is_null());
    BOOST_TEST(std::string_view(array[6].as_string()) == "x\xc3\xa9\n\xf0\x9f\x98\x80");
    BOOST_TEST(value.at("b").as_object().empty());
    BOOST_TEST(std::string_view(parsed("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"").as_string()) ==
               "\"\\/\b\f\n\r\t");
    BOOST_TEST(parsed("\"\\u0000\"").as_string().size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_integer_loses_a_digit) {
    BOOST_TEST(parsed("9223372036854775807").as_int64() ==
               std::numeric_limits<std::int64_t>::max());
    BOOST_TEST(parsed("-9223372036854775808").as_int64() ==
               std::numeric_limits<std::int64_t>::min());
    BOOST_TEST(parsed("9223372036854775808").as_uint64() == 9223372036854775808U);
    BOOST_TEST(parsed("18446744073709551615").as_uint64() == 18446744073709551615U);
    BOOST_TEST(parsed("-0").as_int64() == 0);
    refused("[18446744073709551616]", JsonFault::number_out_of_range, 1, "/0");
    refused("-9223372036854775809", JsonFault::number_out_of_range, 0);
}

BOOST_AUTO_TEST_CASE(no_double_is_infinite_and_none_vanishes) {
    BOOST_TEST(parsed("1.7976931348623157e308").as_double() == std::numeric_limits<double>::max());
    BOOST_TEST(parsed("5e-324").as_double() == std::numeric_limits<double>::denorm_min());
    BOOST_TEST(parsed("0e999").as_double() == 0.0);
    BOOST_TEST(std::signbit(parsed("-0.0").as_double()));
    BOOST_TEST(parsed("0.1").as_double() == 0.1);
    for (const char* number :
         {"1e999", "-1e999", "1.7976931348623159e308", "1e-400", "-0.1e-999"}) {
        refused(number, JsonFault::number_out_of_range, 0);
    }
    refused("{\"n\":" + std::string(65, '1') + "}", JsonFault::number_too_long, 5, "/n");
    BOOST_TEST(parsed("0." + std::string(62, '3')).is_double());
}

BOOST_AUTO_TEST_CASE(numbers_have_one_form) {
    for (const char* number : {"01", "-", "-x", "1.", "1.e1", "1e", "1e+", "00", "-01", "1.x"}) {
        refused(number, JsonFault::invalid_number, 0);
    }
    refused("+1", JsonFault::unexpected_byte, 0);
    refused(".1", JsonFault::unexpected_byte, 0);
    refused("NaN", JsonFault::unexpected_byte, 0);
    refused("1x", JsonFault::trailing_bytes, 1);
}

BOOST_AUTO_TEST_CASE(a_name_comes_once_in_an_object_however_it_is_written) {
    refused("{\"role\":\"user\",\"role\":\"admin\"}", JsonFault::duplicate_name, 15, "/role");
    refused("{\"a\":1,\"\\u0061\":2}", JsonFault::duplicate_name, 7, "/a");
    refused("[{\"x\":{\"a/b~\":0,\"a/b~\":1}}]", JsonFault::duplicate_name, 16, "/0/x/a~1b~0");
    refused("{\"\":1,\"\":2}", JsonFault::duplicate_name, 6, "/");
    BOOST_TEST(parsed("[{\"a\":1},{\"a\":{\"a\":2}}]").as_array().size() == 2U);
    std::string many = "{\"n0\":0";
    for (int at = 1; at < 5000; ++at) {
        many += ",\"n" + std::to_string(at) + "\":0";
    }
    BOOST_TEST(parsed(many + "}").as_object().size() == 5000U);
    BOOST_TEST((parse_json(many + ",\"n77\":1}").error().fault == JsonFault::duplicate_name));
}

BOOST_AUTO_TEST_CASE(no_depth_hides_a_duplicate) {
    for (int depth = 0; depth < 31; ++depth) {
        std::string open;
        std::string close;
        for (int at = 0; at < depth; ++at) {
            open += at % 2 == 0 ? "[" : "{\"role\":";
            close.insert(0, at % 2 == 0 ? "]" : "}");
        }
        const std::string twice = open + "{\"role\":\"user\",\"role\":\"admin\"}" + close;
        const auto refusal = parse_json(twice);
        BOOST_REQUIRE_MESSAGE(refusal.has_error(), twice);
        BOOST_TEST((refusal.error().fault == JsonFault::duplicate_name), twice);
        BOOST_TEST(parse_json(open + "{\"role\":\"user\",\"Role\":\"admin\"}" + close).has_value());
    }
}

BOOST_AUTO_TEST_CASE(names_and_values_are_bounded) {
    const std::string name(256, 'n');
    BOOST_TEST(parsed("{\"" + name + "\":1}").is_object());
    refused("{\"" + name + "n\":1}", JsonFault::name_too_long, 1);
    refused("{\"a\":{\"\\u0000\":1}}", JsonFault::nul_in_name, 6, "/a");
    BOOST_TEST(parsed(nested(32)).is_array());
    BOOST_TEST(parsed(nested_objects(32)).is_object());
    BOOST_TEST((parse_json(nested_objects(33)).error().fault == JsonFault::too_deep));
    const auto deep = parse_json(nested(33));
    BOOST_TEST((deep.error().fault == JsonFault::too_deep));
    BOOST_TEST(deep.error().offset == 32U);
    BOOST_TEST((parse_json(std::string(100'000, '[')).error().fault == JsonFault::too_deep));
    std::string values = "[0";
    for (int at = 2; at < 10'000; ++at) {
        values += ",0";
    }
    BOOST_TEST(parsed(values + "]").as_array().size() == 9'999U);
    BOOST_TEST((parse_json(values + ",0]").error().fault == JsonFault::too_many_values));
}

BOOST_AUTO_TEST_CASE(strings_are_utf8_without_halves_and_controls) {
    refused("\"ab\x80\"", JsonFault::invalid_utf8, 3);
    refused("\"\xc3\xa9\xe2\x82\"", JsonFault::invalid_utf8, 3);
    refused("\"\xed\xa0\x80\"", JsonFault::invalid_utf8, 1);
    refused("{\"a\xff\":1}", JsonFault::invalid_utf8, 3);
    refused("\"a\nb\"", JsonFault::control_in_string, 2);
    refused("\"\\x\"", JsonFault::invalid_escape, 1);
    refused("\"\\u12g4\"", JsonFault::invalid_escape, 1);
    refused("\"a\\ud800\"", JsonFault::lone_surrogate, 2);
    refused("\"\\udc00\\ud800\"", JsonFault::lone_surrogate, 1);
    refused("\"\\ud800\\u0041\"", JsonFault::lone_surrogate, 1);
    refused("\"\\ud800x\"", JsonFault::lone_surrogate, 1);
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_told_with_its_place) {
    refused("", JsonFault::unexpected_end, 0);
    refused(" ", JsonFault::unexpected_end, 1);
    refused("\xef\xbb\xbf{}", JsonFault::unexpected_byte, 0);
    refused("{} x", JsonFault::trailing_bytes, 3);
    refused("[1,]", JsonFault::unexpected_byte, 3, "/1");
    refused("[1 2]", JsonFault::unexpected_byte, 3);
    refused("{\"a\":1,}", JsonFault::unexpected_byte, 7);
    refused("{\"a\" 1}", JsonFault::unexpected_byte, 5, "/a");
    refused("{a:1}", JsonFault::unexpected_byte, 1);
    refused("{\"a\":tru}", JsonFault::unexpected_byte, 8, "/a");
    refused("[nul", JsonFault::unexpected_end, 4, "/0");
    refused("\"abc", JsonFault::unexpected_end, 4);
    refused("\"abc\\", JsonFault::unexpected_end, 4);
    refused("[/**/1]", JsonFault::unexpected_byte, 1, "/0");
    refused("\f1", JsonFault::unexpected_byte, 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay
