// A transaction: one row of what a context holds (contracts README 3), first as cells of text, then
// checked.
//
// What each column asks for. Every cell is valid UTF-8 without U+0000; an empty cell, a column that
// is not there and a JSON null mean the same: no value.
//   transaction_id     required, at most 128 bytes, unique in the set
//   match_group_id     at most 128 bytes; a row with one is MATCHED, one without is UNMATCHED
//   source_id          required, a UUID as job::parse_uuid takes it; kept in its canonical form
//   amount             required, -?digits(.digits)? of at most 38 digits; kept without zeros in
//                      front, with the decimals it has
//   currency           required, three upper-case letters (ISO 4217's form)
//   status             at most 64 bytes
//   date               required, YYYY-MM-DD or RFC 3339; kept as written. Its day, by which reports
//                      are filtered, is the day in UTC.
//   exception_id       at most 128 bytes
//   due_at             as date
//   expected_amount    as amount
//   fee_schedule_id    at most 128 bytes
//   fee_schedule_name  at most 256 bytes
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"

namespace belay::exports {

// DO NOT CHANGE THE ORDER: it is the order of the cells in a stored row.
enum class Column : std::uint8_t {
    transaction_id,
    match_group_id,
    source_id,
    amount,
    currency,
    status,
    date,
    exception_id,
    due_at,
    expected_amount,
    fee_schedule_id,
    fee_schedule_name,
    count_,
};

inline constexpr std::size_t column_count = static_cast<std::size_t>(Column::count_);
inline constexpr std::size_t cell_bytes_max = 256;  ///< of any column

std::string_view name_of(Column column) noexcept;
std::optional<Column> column_named(std::string_view name) noexcept;
bool is_required(Column column) noexcept;

/// Cells by column, each a view of bytes that somebody else owns; empty: no value.
struct Row {
    std::array<std::string_view, column_count> cells;

    std::string_view& operator[](Column column) noexcept {
        return cells[static_cast<std::size_t>(column)];
    }
    std::string_view operator[](Column column) const noexcept {
        return cells[static_cast<std::size_t>(column)];
    }
};

/// Why an upload is refused, for the one who made it.
struct RowError {
    /// Error::malformed, Error::too_large or Error::already_exists: the row's fault; any other:
    /// ours, and `line` is 0.
    boost::system::error_code code;
    /// The physical line, from 1, on which the row starts.
    std::uint64_t line = 0;
    /// The column's name, empty if it is not about one.
    std::string column;
    /// A sentence without the line: "currency must be three upper-case letters".
    std::string what;

    bool is_of_a_row() const noexcept { return line != 0; }
};

/// A value, or why the upload is refused.
template <class T>
using row_result = boost::system::result<T, RowError>;

[[noreturn]] void throw_exception_from_error(const RowError& error,
                                             const boost::source_location& where);

/// A row that was found good.
struct Transaction {
    Row row;  ///< amounts and source_id still as written
    job::Uuid source;
    Day day;
    std::string amount;           ///< canonical
    std::string expected_amount;  ///< canonical, or empty
};

/// Checks every column in the order above and fills `into`, whose row views what `row` does.
row_result<void> check_row(const Row& row, std::uint64_t line, Transaction& into);

}  // namespace belay::exports
