#include "core/exports/transaction.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::exports {
namespace {

Row good_row() {
    Row row;
    row[Column::transaction_id] = "tx-1";
    row[Column::source_id] = "7D9F0A52-6C1B-4E57-9A3E-0B8F4C2D1E60";
    row[Column::amount] = "0012.50";
    row[Column::currency] = "BRL";
    row[Column::date] = "2026-11-20";
    return row;
}

/// "" if the row is good.
std::string complaint(const Row& row) {
    Transaction into;
    const auto checked = check_row(row, 7, into);
    if (checked) {
        return {};
    }
    BOOST_TEST(checked.error().line == 7U);
    BOOST_TEST(checked.error().what.starts_with(checked.error().column));
    return checked.error().what;
}

std::string complaint(Column column, std::string_view cell) {
    Row row = good_row();
    row[column] = cell;
    return complaint(row);
}

BOOST_AUTO_TEST_SUITE(transaction)

BOOST_AUTO_TEST_CASE(a_good_row_is_read_and_its_numbers_made_canonical) {
    Row row = good_row();
    row[Column::expected_amount] = "-0.00";
    row[Column::date] = "2026-11-20T23:30:00-03:00";
    Transaction into;
    check_row(row, 1, into).value();
    BOOST_TEST(job::format_uuid(into.source) == "7d9f0a52-6c1b-4e57-9a3e-0b8f4c2d1e60");
    BOOST_TEST(into.amount == "12.50");
    BOOST_TEST(into.expected_amount == "0.00");
    BOOST_TEST(format_day(into.day) == "2026-11-21");  // in UTC
    BOOST_TEST(into.row[Column::date] == "2026-11-20T23:30:00-03:00");
    check_row(good_row(), 1, into).value();
    BOOST_TEST(into.expected_amount.empty());
}

BOOST_AUTO_TEST_CASE(required_columns_have_a_value) {
    for (std::size_t at = 0; at < column_count; ++at) {
        const auto column = static_cast<Column>(at);
        const std::string name(name_of(column));
        BOOST_TEST(complaint(column, "") == (is_required(column) ? name + " is required" : ""));
        BOOST_TEST((column_named(name) == column));
    }
    BOOST_TEST(!column_named("amont"));
    BOOST_TEST(!column_named(""));
}

BOOST_AUTO_TEST_CASE(each_form_says_what_it_wants) {
    BOOST_TEST(complaint(Column::source_id, "bank-a") == "source_id must be a UUID");
    for (const std::string_view bad : {"1,50", "1e3", "R$ 1", "+1", ".5"}) {
        for (const Column column : {Column::amount, Column::expected_amount}) {
            BOOST_TEST(complaint(column, bad) ==
                       std::string(name_of(column)) + " must be a decimal number such as -12.50");
        }
    }
    BOOST_TEST(complaint(Column::amount, std::string(39, '9')) ==
               "amount must have at most 38 digits");
    BOOST_TEST(complaint(Column::amount, std::string(70, '0')) ==
               "amount must have at most 64 bytes");
    for (const std::string_view bad : {"brl", "BR", "BRLX", "B1L", "R$ "}) {
        BOOST_TEST(complaint(Column::currency, bad) == "currency must be three upper-case letters");
    }
    for (const std::string_view bad :
         {"2026-02-30", "20/11/2026", "2026-11-20T12:00:00", "20261120", "0000-01-01"}) {
        for (const Column column : {Column::date, Column::due_at}) {
            BOOST_TEST(complaint(column, bad) ==
                       std::string(name_of(column)) + " must be a date, YYYY-MM-DD or RFC 3339");
        }
    }
}

BOOST_AUTO_TEST_CASE(texts_are_bounded_utf8_without_nul) {
    const std::pair<Column, std::size_t> texts[] = {
        {Column::transaction_id, 128},  {Column::match_group_id, 128},
        {Column::status, 64},           {Column::exception_id, 128},
        {Column::fee_schedule_id, 128}, {Column::fee_schedule_name, 256}};
    for (const auto& [column, bytes_max] : texts) {
        const std::string name(name_of(column));
        BOOST_TEST(complaint(column, std::string(bytes_max, 'x')).empty());
        BOOST_TEST(complaint(column, std::string(bytes_max + 1, 'x')) ==
                   name + " must have at most " + std::to_string(bytes_max) + " bytes");
        BOOST_TEST(complaint(column, "a\xc3") == name + " must be valid UTF-8");
        BOOST_TEST(complaint(column, std::string_view("a\0", 2)) ==
                   name + " must not contain U+0000");
        BOOST_TEST(complaint(column, "a,\"\n\x01 \xc3\xa9").empty());
    }
}

BOOST_AUTO_TEST_CASE(the_first_bad_column_is_told) {
    Row row = good_row();
    row[Column::date] = "x";
    row[Column::amount] = "x";
    BOOST_TEST(complaint(row).starts_with("amount "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
