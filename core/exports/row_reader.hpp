// From bytes to rows: machines without I/O that take an upload in pieces cut anywhere. What a cell
// may hold is transaction.hpp's; here it is only where a cell begins and ends.
//
// Both forms. The text is UTF-8, with or without one byte order mark in front. Lines end with LF or
// CRLF, the last one may end with the text. Blank lines are passed over. A row has at most
// row_bytes_max bytes, and no input makes a reader hold more than that.
//
// CSV (RFC 4180). The first line names the columns, in any order: each name known, none twice, the
// required ones there. Every row has as many cells as there are names. A cell with a quote, comma
// or line end is quoted; a quote inside is doubled. A quote or CR elsewhere is an error.
//
// NDJSON. Each line is one JSON object; its names are columns, known and none twice. A value is a
// string or null; an amount may also be a number, which is taken as its text, digit by digit, so
// that 0.10 stays 0.10 (and 1e3, which is no amount, is refused as such later).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/exports/transaction.hpp"

namespace belay::exports {

enum class UploadFormat : std::uint8_t { csv, ndjson };

inline constexpr std::size_t row_bytes_max = 64 * 1024;

/// Use: feed, next until it needs more, feed again; at the end of the text finish, then next until
/// it is at the end. After an error every further next gives that error.
class RowReader {
  public:
    enum class Step {
        row,  ///< a row was read
        more,
        end,  ///< after finish: there are no more
    };

    virtual ~RowReader() = default;
    RowReader(const RowReader&) = delete;
    RowReader& operator=(const RowReader&) = delete;

    /// `bytes` must live until next answers `more` or fails; not called before.
    void feed(std::string_view bytes) noexcept { input_ = bytes; }

    /// No more bytes will come.
    void finish() noexcept { is_finished_ = true; }

    /// The cells of `row` are valid until the next call of next.
    row_result<Step> next(Row& row);

    /// The physical line, from 1, on which the last row starts.
    std::uint64_t line() const noexcept { return row_line_; }

  protected:
    RowReader() = default;

    /// Takes from the front of `input`; `is_last`: nothing comes after it.
    virtual row_result<Step> read(std::string_view& input, bool is_last, Row& row) = 0;

    /// An error of the row that starts on line().
    RowError refuse(Error code, std::string what, std::string_view column = {}) const;
    RowError refuse_too_long() const;

    /// The physical line that is being read, counted by the form's own machine.
    std::uint64_t line_ = 1;
    std::uint64_t row_line_ = 1;

  private:
    bool skip_mark();

    std::string_view input_;
    bool is_finished_ = false;
    std::size_t mark_bytes_ = 0;  ///< of a byte order mark, seen so far
    bool is_past_mark_ = false;
    std::string_view held_;  ///< mark bytes that turned out not to be a mark
    RowError error_;
    bool has_failed_ = false;
};

/// The sentence for a name that is none of a column's; repeats the name only if that is harmless.
std::string complaint_about_name(std::string_view name);

std::unique_ptr<RowReader> make_row_reader(UploadFormat format);

}  // namespace belay::exports
