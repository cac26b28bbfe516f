// CSV as row_reader.hpp describes it, as a machine that can stop at any byte.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/exports/row_reader.hpp"

namespace belay::exports {

class CsvReader final : public RowReader {
  public:
    CsvReader();

  private:
    enum class State {
        line_start,
        cell_start,
        plain,      ///< inside a cell without quotes
        quoted,     ///< inside quotes
        quote_end,  ///< after a quote inside quotes: doubled, or the end of the cell
        after_cr,   ///< LF must follow
    };

    row_result<Step> read(std::string_view& input, bool is_last, Row& row) override;

    /// Takes one byte, or a run of plain ones; true at the end of a line that is not blank.
    row_result<bool> take(std::string_view& input);
    row_result<bool> take_special(char byte);

    bool has_room(std::size_t bytes) noexcept;
    void end_cell();
    std::string_view cell(std::size_t index) const;

    /// The line that is complete: the names if it is the first, else a row (true).
    row_result<bool> end_line(Row& row);
    row_result<void> read_names();
    row_result<void> read_row(Row& row);

    State state_ = State::line_start;
    std::string text_;                              ///< the cells of this line, one after the other
    std::array<std::size_t, column_count> ends_{};  ///< of the cells, in text_
    std::size_t cells_ = 0;                         ///< counted on even if there are too many
    std::size_t line_bytes_ = 0;
    std::vector<Column> names_;  ///< empty until the first line is read
    bool is_complete_ = false;   ///< what text_ holds was given out
};

}  // namespace belay::exports
