// The params of rows as the bytes of a request, and answers as one line.
#include "http/drive/batches/params.hpp"

#include <array>

#include <boost/test/unit_test.hpp>

#include "core/json/json.hpp"
#include "core/world/entropy.hpp"

namespace belay::batch_drive {
namespace {

boost::json::value value_of(std::string_view text) {
    auto parsed = parse_json(text);
    BOOST_TEST_REQUIRE(parsed.has_value(), text);
    return *parsed;
}

std::string form(std::string_view text, Brackets brackets = Brackets::plain) {
    const boost::json::value value = value_of(text);
    std::string made;
    BOOST_TEST_REQUIRE(append_form(value.get_object(), brackets, made));
    return made;
}

/// Random JSON, twice: without blanks and with any between its tokens.
class Texts {
  public:
    explicit Texts(std::uint64_t seed) : entropy_(seed) { value(0); }

    std::string compact;
    std::string spaced;

  private:
    std::uint64_t below(std::uint64_t bound) { return entropy_.number() % bound; }

    void token(std::string_view text) {
        compact += text;
        for (std::uint64_t left = below(3); left != 0; --left) {
            spaced += " \t\r\n"[below(4)];
        }
        spaced += text;
    }

    void string() {
        constexpr std::array<std::string_view, 10> parts{
            "a", " ", "\\\"", "\\\\", "\\n", "\\u0000", "\\ud83d\\ude00", "€", "{", ","};
        std::string text = "\"";
        for (std::uint64_t left = below(6); left != 0; --left) {
            text += parts[below(parts.size())];
        }
        token(text + '"');
    }

    void container(char open, char close, int depth) {
        token({&open, 1});
        for (std::uint64_t left = below(4); left != 0; --left) {
            if (open == '{') {
                string();
                token(":");
            }
            value(depth + 1);
            if (left != 1) {
                token(",");
            }
        }
        token({&close, 1});
    }

    void value(int depth) {
        constexpr std::array<std::string_view, 8> leaves{
            "null", "true", "false", "0", "-1.50", "1E400", "12345678901234567890123", "-0"};
        const std::uint64_t kind = below(depth < 6 ? 8 : 4);
        if (kind < 3) {
            token(leaves[below(leaves.size())]);
        } else if (kind == 3) {
            string();
        } else {
            container(kind < 6 ? '{' : '[', kind < 6 ? '}' : ']', depth);
        }
    }

    world::SeededEntropy entropy_;
};

std::string json(std::string_view text) {
    std::string made;
    append_json(value_of(text), made);
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch_params)

/// Each as the API's public reference writes such a call with curl -d, fields joined by "&".
BOOST_AUTO_TEST_CASE(published_examples_of_bracketed_names) {
    // Create a customer: -d name="Jenny Rosen" --data-urlencode email="jennyrosen@example.com"
    BOOST_TEST(form(R"({"name":"Jenny Rosen","email":"jennyrosen@example.com"})") ==
               "name=Jenny%20Rosen&email=jennyrosen%40example.com");
    // Update a customer: -d "metadata[order_id]"=6735
    BOOST_TEST(form(R"({"metadata":{"order_id":"6735"}})") == "metadata[order_id]=6735");
    // Create a subscription: -d customer=… -d "items[0][price]"=…
    BOOST_TEST(form(R"({"customer":"cus_Na6dX7aXxi11N4",
                        "items":[{"price":"price_1MowQULkdIwHu7ixraBm864M"}]})") ==
               "customer=cus_Na6dX7aXxi11N4&items[0][price]=price_1MowQULkdIwHu7ixraBm864M");
    // Create a coupon: -d duration=once -d percent_off=25.5
    BOOST_TEST(form(R"({"duration":"once","percent_off":25.5})") ==
               "duration=once&percent_off=25.5");
    // Create a schedule: -d start_date=1787130418 -d end_behavior=release
    //   -d "phases[0][items][0][price]"=… -d "phases[0][items][0][quantity]"=1
    //   -d "phases[0][duration][interval]"=month
    BOOST_TEST(form(R"({"start_date":1787130418,"end_behavior":"release",
                        "phases":[{"items":[{"price":"price_1","quantity":1}],
                                   "duration":{"interval":"month"}}]})") ==
               "start_date=1787130418&end_behavior=release&phases[0][items][0][price]=price_1&"
               "phases[0][items][0][quantity]=1&phases[0][duration][interval]=month");
    // Expand: -d "expand[]" of the reference is an array; SDKs number it.
    BOOST_TEST(form(R"({"expand":["customer","invoice.subscription"]})") ==
               "expand[0]=customer&expand[1]=invoice.subscription");
    // Unset a value: -d "coupon"=
    BOOST_TEST(form(R"({"coupon":null,"description":""})") == "coupon=&description=");
}

BOOST_AUTO_TEST_CASE(values_of_every_kind) {
    BOOST_TEST(form("{}") == "");
    BOOST_TEST(form(R"({"t":true,"f":false})") == "t=true&f=false");
    BOOST_TEST(form(R"({"a":-9223372036854775808,"b":18446744073709551615})") ==
               "a=-9223372036854775808&b=18446744073709551615");
    BOOST_TEST(form(R"({"a":0.1,"b":1e21,"c":1.0,"d":2.5e-7,"e":-0.0})") ==
               "a=0.1&b=1000000000000000000000&c=1&d=0.00000025&e=-0");
    BOOST_TEST(form(R"({"a":1e308})").size() == 2 + 309);
    BOOST_TEST(form(R"({"a":5e-324})") == "a=0." + std::string(323, '0') + "5");
    BOOST_TEST(form(R"({"empty":[],"none":{},"deep":{"empty":[],"none":{}}})") ==
               "empty=&deep[empty]=");
    BOOST_TEST(form(R"({"a":[[1,2],[],[null]]})") == "a[0][0]=1&a[0][1]=2&a[1]=&a[2][0]=");
}

BOOST_AUTO_TEST_CASE(names_and_values_are_encoded) {
    BOOST_TEST(form(R"({"a&b=c":"d&e=f+g h%\n","ü":"€"})") ==
               "a%26b%3Dc=d%26e%3Df%2Bg%20h%25%0A&%C3%BC=%E2%82%AC");
    // A bracket inside a name is none of ours.
    BOOST_TEST(form(R"({"a[b]":{"c]":1}})") == "a%5Bb%5D[c%5D]=1");
    BOOST_TEST(form(R"({"a":{"b":[1]}})", Brackets::encoded) == "a%5Bb%5D%5B0%5D=1");
    BOOST_TEST(form("{\"a\":\"\\u0000\"}") == "a=%00");
}

BOOST_AUTO_TEST_CASE(a_form_stands_behind_what_is_there) {
    const boost::json::value value = value_of(R"({"a":1,"b":2})");
    std::string url = "https://example.com/x?";
    BOOST_TEST(append_form(value.get_object(), Brackets::encoded, url));
    BOOST_TEST(url == "https://example.com/x?a=1&b=2");
}

/// A line of 1 MiB whose names repeat with every value would come to 70 MB.
BOOST_AUTO_TEST_CASE(a_form_that_grows_without_measure_is_cut_short) {
    std::string text = "{";
    const std::string name(200, 'n');
    for (int depth = 0; depth < 30; ++depth) {
        text += '"' + name + "\":" + (depth == 29 ? '[' : '{');
    }
    for (int value = 0; value < 9000; ++value) {
        text += value == 0 ? "1" : ",1";
    }
    text += "]" + std::string(29, '}') + "}";
    const boost::json::value value = value_of(text);
    std::string made;
    BOOST_TEST(!append_form(value.get_object(), Brackets::plain, made));
    BOOST_TEST(made.size() < params_bytes_max + 64 * 1024);
}

BOOST_AUTO_TEST_CASE(json_is_the_same_value_in_the_same_order) {
    BOOST_TEST(json(R"( { "b" : [ 1 , -2 , 18446744073709551615 ] , "a" : { } , "c" : [ ] } )") ==
               R"({"b":[1,-2,18446744073709551615],"a":{},"c":[]})");
    BOOST_TEST(json(R"({"t":true,"f":false,"n":null,"s":"a\"\\\n\u0001€"})") ==
               R"({"t":true,"f":false,"n":null,"s":"a\"\\\n\u0001€"})");
}

BOOST_AUTO_TEST_CASE(numbers_of_json_stay_what_they_are) {
    // A fraction stays one: 1.0 does not become an integer.
    BOOST_TEST(json("[1.0,100.10,0.1,-0.0,25.5]") == "[1.0,100.1,0.1,-0.0,25.5]");
    BOOST_TEST(json("[1e21,5e-324,1.7976931348623157e308]") ==
               "[1e+21,5e-324,1.7976931348623157e+308]");
    // What is written is read as the same number.
    for (const std::string_view text :
         {"0.1", "1e21", "123456789012.34", "3.0", "2.2250738585072014e-308"}) {
        BOOST_TEST(value_of(json(text)).get_double() == value_of(text).get_double(), text);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_becomes_one_line_and_keeps_its_tokens) {
    BOOST_TEST(compact_json("{\n  \"id\": \"cus_1\",\r\n\t\"n\": 1.50,\n \"m\" : [ 1E2 , {} ] }\n")
                   .value() == R"({"id":"cus_1","n":1.50,"m":[1E2,{}]})");
    // Blanks inside strings stay, also behind escaped quotes and backslashes.
    BOOST_TEST(compact_json(R"({"a \" b" : "c \\" , "d" : " { } "})").value() ==
               R"({"a \" b":"c \\","d":" { } "})");
    BOOST_TEST(compact_json(" 12345678901234567890123456789.10 ").value() ==
               "12345678901234567890123456789.10");
    BOOST_TEST(compact_json("null").value() == "null");
    BOOST_TEST(compact_json(R"("x")").value() == R"("x")");
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_none) {
    for (const std::string_view text :
         {"", " ", "<html>", "{", "{\"a\":1", "{\"a\":1}}", "{} {}", "{'a':1}", "\"a\nb\"", "nul",
          "[1,]", "01", "\xEF\xBB\xBF{}", "\"\xFF\"", "\"\\ud800\"x", "{\"a\":1}x", "OK"}) {
        BOOST_TEST(!compact_json(text).has_value(), text);
    }
    BOOST_TEST(compact_json(std::string(128, '[') + std::string(128, ']')).has_value());
    BOOST_TEST(!compact_json(std::string(129, '[') + std::string(129, ']')).has_value());
}

/// Whatever is accepted is one line of JSON that says the same.
BOOST_AUTO_TEST_CASE(any_bytes_come_to_one_line_or_to_nothing) {
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        const Texts texts(seed);
        BOOST_TEST_CONTEXT("seed " << seed) {
            BOOST_TEST((compact_json(texts.spaced) == texts.compact));
            std::string spoilt = texts.spaced;
            const std::size_t at = seed % spoilt.size();
            spoilt[at] = static_cast<char>(seed * 31);
            const auto made = compact_json(spoilt);
            if (made) {
                BOOST_TEST(made->find_first_of("\r\n") == std::string::npos);
                BOOST_TEST((compact_json(*made) == made));
            }
            const auto cut = compact_json(std::string_view(texts.compact).substr(0, at));
            const bool is_container = texts.compact.front() == '{' || texts.compact.front() == '[';
            BOOST_TEST((!is_container || !cut || at >= texts.compact.size()));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::batch_drive
