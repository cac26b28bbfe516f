#include "http/wire/json_writer.hpp"

#include <limits>
#include <string>

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/json_text.hpp"
#include "core/json/json.hpp"

namespace belay::wire {
namespace {

BOOST_AUTO_TEST_SUITE(json_writer)

BOOST_AUTO_TEST_CASE(members_come_out_in_the_order_of_the_calls) {
    std::string text;
    JsonWriter writer(text);
    BOOST_TEST(!writer.is_complete());
    writer.begin_object()
        .member("z", "last first")
        .member("count", 3)
        .member("big", std::uint64_t{18446744073709551615U})
        .member("on", true)
        .null_member("none")
        .name("list")
        .begin_array()
        .integer(-1)
        .begin_object()
        .end_object()
        .begin_array()
        .end_array()
        .number(0.1)
        .raw("[1]")
        .end_array()
        .end_object();
    BOOST_TEST(writer.is_complete());
    BOOST_TEST(text ==
               R"({"z":"last first","count":3,"big":18446744073709551615,"on":true,"none":null,)"
               R"("list":[-1,{},[],0.1,[1]]})");
    BOOST_TEST(parse_json(text).has_value());
}

BOOST_AUTO_TEST_CASE(every_string_is_written_so_that_it_reads_back) {
    for (int code = 0; code < 128; ++code) {
        const std::string original{'a', static_cast<char>(code), 'b'};
        std::string text;
        append_json_string(text, original);
        const auto value = parse_json(text);
        BOOST_REQUIRE(value.has_value());
        BOOST_TEST(std::string_view(value->as_string()) == original);
    }
    // Eight bytes are looked at in one go: the odd one at every place of several sizes.
    for (int code = 0; code < 256; ++code) {
        for (std::size_t at = 0; at < 17; ++at) {
            for (const std::size_t size : {at + 1, std::size_t{17}, std::size_t{24}}) {
                std::string original(size, 'a');
                original[at] = static_cast<char>(code);
                std::string text;
                append_json_string(text, original);
                const auto value = parse_json(text);
                BOOST_REQUIRE(value.has_value());
                std::string expected = original;
                if (code >= 0x80) {
                    expected.replace(at, 1, "\xef\xbf\xbd");
                }
                BOOST_REQUIRE(std::string_view(value->as_string()) == expected);
            }
        }
    }
    std::string text;
    append_json_string(text, "\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa9");
    BOOST_TEST(text == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa9\"");
    text.clear();
    append_json_string(text, "a\xff\"b");
    BOOST_TEST(text == "\"a\xef\xbf\xbd\\\"b\"");
}

BOOST_AUTO_TEST_CASE(every_member_is_written_so_that_it_reads_back) {
    // Short ones are put together apart from the long ones, and plain ones from the others.
    for (const std::size_t size :
         {0U, 1U, 2U, 3U, 4U, 7U, 8U, 9U, 45U, 46U, 60U, 61U, 91U, 92U, 93U, 200U}) {
        for (const std::string_view odd : {"", "\"", "\x7f", "\xc3\xa9", "\n"}) {
            const std::string name = "n" + std::string(size, 'n') + std::string(odd);
            const std::string value = std::string(odd) + std::string(92 - size % 93, 'v');
            std::string text;
            JsonWriter writer(text);
            writer.begin_object();
            writer.member(name, value).member("a", value).member(name + "2", "").member("b", 7);
            writer.name(name + "3").string(value).end_object();
            BOOST_TEST(writer.is_complete());
            const auto read = parse_json(text);
            BOOST_REQUIRE(read.has_value());
            const auto& members = read->as_object();
            BOOST_REQUIRE(members.size() == 5U);
            BOOST_TEST(std::string_view(members.at(name).as_string()) == value);
            BOOST_TEST(std::string_view(members.at("a").as_string()) == value);
            BOOST_TEST(members.at(name + "2").as_string().empty());
            BOOST_TEST(members.at("b").as_int64() == 7);
            BOOST_TEST(std::string_view(members.at(name + "3").as_string()) == value);
        }
    }
}

BOOST_AUTO_TEST_CASE(doubles_read_back_as_themselves) {
    for (const double number :
         {0.1, 5.0, -0.0, 922333203085477492233.5, 1e22, -2.5e-300,
          std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min()}) {
        std::string text;
        JsonWriter(text).number(number);
        const auto value = parse_json(text);
        BOOST_REQUIRE_MESSAGE(value.has_value(), text);
        BOOST_REQUIRE_MESSAGE(value->is_double(), text);
        BOOST_TEST(value->get_double() == number);
    }
}

BOOST_AUTO_TEST_CASE(a_value_is_written_as_it_was_read) {
    const std::string_view original =
        R"({"b":[1,18446744073709551615,-5,2.5,true,null,"x"],"a":{"n":{}},"c":[]})";
    std::string text;
    JsonWriter(text).value(*parse_json(original));
    BOOST_TEST(text == original);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
