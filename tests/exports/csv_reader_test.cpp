#include "core/exports/csv_reader.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/exports/rows.hpp"

namespace belay::exports {
namespace {

using Shown = std::vector<std::string>;

const std::string names = "transaction_id,source_id,amount,currency,date";

Shown read(std::string_view text) {
    return test::read_every_way(UploadFormat::csv, text);
}

Shown read_rows(std::string_view rows) {
    return read(names + "\n" + std::string(rows));
}

#define CHECK_SHOWN(found, ...) \
    BOOST_TEST((found) == (Shown{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_AUTO_TEST_SUITE(csv_reader)

BOOST_AUTO_TEST_CASE(rows_by_name_in_any_order_with_either_line_end) {
    const std::string expected = "2: transaction_id=t source_id=s amount=1 currency=BRL date=d";
    CHECK_SHOWN(read_rows("t,s,1,BRL,d\n"), expected);
    CHECK_SHOWN(read_rows("t,s,1,BRL,d"), expected);
    CHECK_SHOWN(read(names + "\r\nt,s,1,BRL,d\r\n"), expected);
    CHECK_SHOWN(read("date,currency,amount,source_id,transaction_id\nd,BRL,1,s,t\n"), expected);
    CHECK_SHOWN(read("\"date\",currency,\"amount\",source_id,transaction_id\nd,BRL,1,s,t\n"),
                expected);
    CHECK_SHOWN(read("\xef\xbb\xbf" + names + "\nt,s,1,BRL,d\n"), expected);
    CHECK_SHOWN(read("\xef\xbb\xbf\"transaction_id\",source_id,amount,currency,date\nt,s,1,BRL,d"),
                expected);
}

BOOST_AUTO_TEST_CASE(quoted_cells_hold_commas_quotes_and_line_ends) {
    CHECK_SHOWN(read_rows("\"a,\"\"b\"\"\r\nc\n\",s,,\"\",\n"
                          "\"\"\"\",\"s\"\"\",1,2,3\n"),
                "2: transaction_id=a,\"b\"\r\nc\n source_id=s",
                "5: transaction_id=\" source_id=s\" amount=1 currency=2 date=3");
}

BOOST_AUTO_TEST_CASE(blank_lines_are_passed_over_and_counted) {
    CHECK_SHOWN(read("\n\r\n" + names + "\n\nt,s,1,B,d\n\n\r\n\n"),
                "5: transaction_id=t source_id=s amount=1 currency=B date=d");
    CHECK_SHOWN(read(names));
    CHECK_SHOWN(read(names + "\n"));
}

BOOST_AUTO_TEST_CASE(all_cells_may_be_empty) {
    CHECK_SHOWN(read_rows(",,,,\n"), "2:");
    CHECK_SHOWN(read_rows("\"\",,,,"), "2:");
}

BOOST_AUTO_TEST_CASE(the_first_line_must_name_known_columns_once) {
    CHECK_SHOWN(read(""), "1 ! the first line must name the columns");
    CHECK_SHOWN(read("\n\n"), "3 ! the first line must name the columns");
    CHECK_SHOWN(read("\xef\xbb\xbf"), "1 ! the first line must name the columns");
    CHECK_SHOWN(read("transaction_id,amont\n"), "1 ! \"amont\" is not the name of a column");
    CHECK_SHOWN(read("transaction_id,\n"), "1 ! \"\" is not the name of a column");
    CHECK_SHOWN(read("Transaction_id\n"), "1 ! \"Transaction_id\" is not the name of a column");
    CHECK_SHOWN(read("\n" + names + ",amount\n"), "2 amount! amount is named twice");
    CHECK_SHOWN(read("transaction_id,source_id,amount,date\n"),
                "1 currency! the first line must name currency");
    CHECK_SHOWN(read("a\xff\n"), "1 ! there is a name that is not the name of a column");
    CHECK_SHOWN(read(std::string(41, 'x')), "1 ! there is a name that is not the name of a column");
    CHECK_SHOWN(read("\"\xef\xbb\xbf\"\n"), "1 ! \"\xef\xbb\xbf\" is not the name of a column");
}

BOOST_AUTO_TEST_CASE(what_rfc_4180_does_not_allow_is_refused_where_its_row_starts) {
    CHECK_SHOWN(read_rows("t,s,1,B\n"), "2 ! the row has 4 cells, the first line names 5 columns");
    CHECK_SHOWN(read_rows("t,s,1,B,d,\n"),
                "2 ! the row has 6 cells, the first line names 5 columns");
    CHECK_SHOWN(read_rows("t,s,1,B,d,1,2,3,4,5,6,7,8,9,0,1\n"),
                "2 ! the row has 16 cells, the first line names 5 columns");
    CHECK_SHOWN(read_rows("\n\"a\nb\",x\"y,1,B,d\n"),
                "3 ! a quote is inside a cell that is not quoted");
    CHECK_SHOWN(read_rows("\"a\"b,s,1,B,d\n"),
                "2 ! something follows the quote that closes a cell");
    CHECK_SHOWN(read_rows("\"a\" ,s,1,B,d\n"),
                "2 ! something follows the quote that closes a cell");
    CHECK_SHOWN(read_rows("t,s,1,B,d\n\"a\n\n"),
                "2: transaction_id=t source_id=s amount=1 "
                "currency=B date=d",
                "3 ! a quoted cell is not closed");
    CHECK_SHOWN(read_rows("t,s\rx,1,B,d\n"), "2 ! CR must be followed by LF");
    CHECK_SHOWN(read_rows("t,s,1,B,d\r"), "2 ! CR must be followed by LF");
}

BOOST_AUTO_TEST_CASE(a_row_is_bounded_to_the_byte) {
    const std::string rest = ",s,1,B,d\n";
    const std::string fits(row_bytes_max - rest.size(), 'x');
    const auto good = test::read_pieces(UploadFormat::csv, {names, "\n", fits, rest, fits, rest});
    BOOST_TEST(good.size() == 2U);
    const std::string complaint = "2 ! a row must have at most 65536 bytes";
    for (const std::string_view more : {"x", "\"", ","}) {
        CHECK_SHOWN(test::read_pieces(UploadFormat::csv, {names, "\n", fits, "xxxxxxxxx", more}),
                    complaint);
    }
    // Quotes and line ends inside count as well.
    const std::string quotes = "\"" + std::string(row_bytes_max, '\n');
    CHECK_SHOWN(test::read_pieces(UploadFormat::csv, {names, "\n", quotes}), complaint);
    CHECK_SHOWN(test::read_pieces(UploadFormat::csv, {std::string(row_bytes_max + 1, ',')}),
                "1 ! a row must have at most 65536 bytes");
}

BOOST_AUTO_TEST_CASE(an_error_stays) {
    CsvReader reader;
    reader.feed("x\n");
    Row row;
    const auto first = reader.next(row);
    const auto second = reader.next(row);
    BOOST_TEST(first.error().what == second.error().what);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
