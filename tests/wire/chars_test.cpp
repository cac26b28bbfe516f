#include "http/wire/chars.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "http/wire/field_name.hpp"

namespace belay::wire {
namespace {

BOOST_AUTO_TEST_SUITE(chars_of_http)

BOOST_AUTO_TEST_CASE(the_classes_have_as_many_bytes_as_the_grammars) {
    int tokens = 0;
    int values = 0;
    int hosts = 0;
    int hex_digits = 0;
    for (int code = 0; code < 256; ++code) {
        const auto byte = static_cast<char>(code);
        tokens += is_class(byte, chars::token);
        values += is_class(byte, chars::field_value);
        hosts += is_class(byte, chars::host);
        hex_digits += is_class(byte, chars::hex_digit);
    }
    BOOST_TEST(tokens == 62 + 15);
    BOOST_TEST(values == 256 - 32 - 1 + 1);
    BOOST_TEST(hosts == 62 + 4 + 11);
    BOOST_TEST(hex_digits == 22);
    for (const char byte : {'\0', '\r', '\n', ' ', '"', '(', ',', '/', ':', '@', '\x7f', '\x80'}) {
        BOOST_TEST(!is_token_char(byte));
    }
}

BOOST_AUTO_TEST_CASE(a_field_value_is_judged_alike_at_every_place_in_a_word) {
    for (int code = 0; code < 256; ++code) {
        const bool allowed = is_class(static_cast<char>(code), chars::field_value);
        for (const std::size_t size : {19U, 32U, 33U, 39U, 40U, 71U, 75U}) {
            for (std::size_t at = 0; at < size; ++at) {
                std::string text(size, 'a');
                text[at] = static_cast<char>(code);
                BOOST_REQUIRE_MESSAGE(is_field_value(text) == allowed,
                                      code << " at " << at << " of " << size);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_field_name_is_recognised_in_any_case_and_no_near_miss_is) {
    for (std::size_t at = 1; at < field_name_count; ++at) {
        const auto name = static_cast<FieldName>(at);
        std::string text(text_of(name));
        BOOST_TEST((field_name_of(text) == name), text);
        for (char& byte : text) {
            byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
        }
        BOOST_TEST((field_name_of(text) == name), text);
        for (std::size_t place = 0; place < text.size(); ++place) {
            std::string near(text_of(name));
            near[place] = near[place] == 'q' ? 'z' : 'q';
            BOOST_TEST((field_name_of(near) != name), near);
            near[place] = '_';
            BOOST_TEST((field_name_of(near) == FieldName::other), near);
            for (int code = 0; code < 256; ++code) {
                near[place] = static_cast<char>(code);
                const bool same = to_lower(near[place]) == text_of(name)[place];
                BOOST_REQUIRE_MESSAGE((field_name_of(near) == name) == same,
                                      code << " at " << place << " of " << text_of(name));
            }
        }
        BOOST_TEST((field_name_of(text + "x") != name));
        BOOST_TEST((field_name_of(text.substr(1)) != name));
    }
    BOOST_TEST((field_name_of("") == FieldName::other));
    BOOST_TEST((field_name_of("x") == FieldName::other));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
