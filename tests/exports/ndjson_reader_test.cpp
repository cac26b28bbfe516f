#include "core/exports/ndjson_reader.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/exports/rows.hpp"

namespace belay::exports {
namespace {

using Shown = std::vector<std::string>;

Shown read(std::string_view text) {
    return test::read_every_way(UploadFormat::ndjson, text);
}

/// What is said of a line after a good one, without its line number.
std::string complaint(std::string_view line) {
    const auto shown = read("{}\n" + std::string(line) + "\n{}\n");
    if (shown.size() != 2 || !shown.back().starts_with("2 ")) {
        return "not refused on line 2";
    }
    return shown.back().substr(2);
}

BOOST_AUTO_TEST_SUITE(ndjson_reader)

BOOST_AUTO_TEST_CASE(one_object_a_line) {
    const Shown expected{"1: transaction_id=t amount=1.50",
                         "2: transaction_id=u\n\xc3\xa9\xf0\x9f\x98\x80", "5:"};
    const std::string text =
        "{\"transaction_id\":\"t\",\"amount\":\"1.50\",\"status\":null,\"due_at\":\"\"}\n"
        " { \"transaction_id\" : \"u\\n\\u00e9\\ud83d\\ude00\" } \r\n"
        "\n \t\r\n"
        "{}";
    BOOST_TEST(read(text) == expected, boost::test_tools::per_element());
    BOOST_TEST(read(text + "\n") == expected, boost::test_tools::per_element());
    BOOST_TEST(read("\xef\xbb\xbf" + text) == expected, boost::test_tools::per_element());
    BOOST_TEST(read("").empty());
    BOOST_TEST(read("\n\n").empty());
}

BOOST_AUTO_TEST_CASE(numbers_are_taken_digit_by_digit) {
    const Shown expected{
        "1: amount=0.10 expected_amount=123456789012345678901234567890.12345678",
        "2: amount=-0 expected_amount=1e3",
        "3: amount=9223372036854775808 expected_amount=18446744073709551616",
    };
    const auto shown = read(
        "{\"amount\":0.10,\"expected_amount\":123456789012345678901234567890.12345678}\n"
        "{\"amount\":-0,\"expected_amount\":1e3}\n"
        "{\"amount\":9223372036854775808,\"expected_amount\":18446744073709551616}\n");
    BOOST_TEST(shown == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_row_is_refused_with_its_line_and_column) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"[]", "! the line must be a JSON object"},
        {"\"x\"", "! the line must be a JSON object"},
        {"1", "! the line must be a JSON object"},
        {"null", "! the line must be a JSON object"},
        {"true", "! the line must be a JSON object"},
        {"{\"amont\":\"1\"}", "! \"amont\" is not the name of a column"},
        {"{\"a\\u0000\":\"1\"}", "! there is a name that is not the name of a column"},
        {"{\"amount\":\"1\",\"amount\":\"1\"}", "amount! amount is given twice"},
        {"{\"amount\":\"1\",\"amoun\\u0074\":\"1\"}", "amount! amount is given twice"},
        {"{\"amount\":true}", "amount! amount must be a string, a number or null"},
        {"{\"amount\":{}}", "amount! amount must be a string, a number or null"},
        {"{\"status\":1}", "status! status must be a string or null"},
        {"{\"status\":1.5e3}", "status! status must be a string or null"},
        {"{\"date\":[]}", "date! date must be a string or null"},
        {"{\"date\":{\"date\":\"x\"}}", "date! date must be a string or null"},
        {"{\"date\":false}", "date! date must be a string or null"},
        {"{\"date\":\"\xff\"}", "! the line must be valid UTF-8"},
    };
    for (const auto& [line, expected] : cases) {
        BOOST_TEST_CONTEXT(line) {
            BOOST_TEST(complaint(line) == expected);
        }
    }
    for (const std::string_view line :
         {"{", "}", "{\"amount\":1", "{\"amount\"}", "{} {}", "{}x", "{\"amount\":01}",
          "{\"amount\":\"1\",}", "{'amount':1}", "{\"date\":\"\\ud800\"}", "{\"date\":\"\t\"}",
          "{\"amount\":NaN}", "// x", "{\"amount\":+1}"}) {
        BOOST_TEST_CONTEXT(line) {
            BOOST_TEST(complaint(line).starts_with("! the line is not valid JSON ("));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_line_is_bounded_to_the_byte) {
    const std::string head = "{\"status\":\"";
    const std::string fits = head + std::string(row_bytes_max - head.size() - 2, 'x') + "\"}";
    BOOST_TEST(fits.size() == row_bytes_max);
    BOOST_TEST(test::read_pieces(UploadFormat::ndjson, {fits, "\n", fits}).size() == 2U);
    const auto shown = test::read_pieces(UploadFormat::ndjson, {"\n", fits, " ", "\n"});
    const Shown expected{"2 ! a row must have at most 65536 bytes"};
    BOOST_TEST(shown == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
