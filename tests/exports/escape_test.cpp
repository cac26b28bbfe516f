#include "core/exports/escape.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::exports {
namespace {

using namespace std::string_view_literals;

template <class Append>
std::string escaped(Append append, std::string_view text) {
    std::string to = "|";
    append(text, to);
    return to.substr(1);
}

BOOST_AUTO_TEST_SUITE(escape)

BOOST_AUTO_TEST_CASE(formulas_get_an_apostrophe_and_numbers_do_not) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"=1+1", "'=1+1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\tx", "'\tx"},
        {"\rx", "\"'\rx\""},
        {"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
        {"-12.50", "-12.50"},
        {"+12.50", "+12.50"},
        {"-0", "-0"},
        {"-", "'-"},
        {"+", "'+"},
        {"-x", "'-x"},
        {"--1", "'--1"},
        {"+-1", "'+-1"},
        {"-1+A1", "'-1+A1"},
        {"+1e3", "'+1e3"},
        {"-2026-11-22", "'-2026-11-22"},
        {"+5511999", "+5511999"},
        {" =1", " =1"},
        {"a=1", "a=1"},
        {"'=1", "'=1"},
    };
    for (const auto& [text, expected] : cases) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(escaped(append_csv_cell, text) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(cells_are_quoted_only_where_rfc_4180_asks) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a b", "a b"},       {"a,b", "\"a,b\""}, {"a\"b", "\"a\"\"b\""}, {"a\nb", "\"a\nb\""},
        {"a\rb", "\"a\rb\""}, {"\"", "\"\"\"\""}, {"a\tb;c", "a\tb;c"},
    };
    for (const auto& [text, expected] : cases) {
        BOOST_TEST(escaped(append_csv_cell, text) == expected);
    }
}

BOOST_AUTO_TEST_CASE(xml_text_holds_what_xml_can) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a<b>&\"'c", "a&lt;b&gt;&amp;\"'c"},
        {"]]>", "]]&gt;"},
        {"a\tb\nc\rd", "a\tb\nc&#13;d"},
        {"a\x01\x08\x0b\x1f b"sv, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd b"},
        {"\x7f\xc2\x85", "\x7f\xc2\x85"},
        {"\xef\xbf\xbd\xef\xbf\xbe.\xef\xbf\xbf", "\xef\xbf\xbd\xef\xbf\xbd.\xef\xbf\xbd"},
        {"\xef\xbf", "\xef\xbf"},
        {"\xf0\x9f\x98\x80\xc3\xa9", "\xf0\x9f\x98\x80\xc3\xa9"},
    };
    for (const auto& [text, expected] : cases) {
        BOOST_TEST(escaped(append_xml_text, text) == expected);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
