#include "core/exports/csv_reader.hpp"

#include <algorithm>

namespace belay::exports {
namespace {

bool is_plain(char byte) noexcept {
    return byte != ',' && byte != '"' && byte != '\n' && byte != '\r';
}

}  // namespace

CsvReader::CsvReader() {
    names_.reserve(column_count);
}

bool CsvReader::has_room(std::size_t bytes) noexcept {
    return bytes <= row_bytes_max - line_bytes_;
}

void CsvReader::end_cell() {
    if (cells_ < column_count) {
        ends_[cells_] = text_.size();
    }
    ++cells_;
}

std::string_view CsvReader::cell(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(text_).substr(begin, ends_[index] - begin);
}

row_result<RowReader::Step> CsvReader::read(std::string_view& input, bool is_last, Row& row) {
    if (is_complete_) {
        is_complete_ = false;
        text_.clear();
        cells_ = 0;
    }
    while (!input.empty()) {
        const auto taken = take(input);
        if (!taken) {
            return taken.error();
        }
        if (*taken) {
            const auto ended = end_line(row);
            if (!ended) {
                return ended.error();
            }
            if (*ended) {
                return Step::row;
            }
        }
    }
    if (!is_last) {
        return Step::more;
    }
    if (state_ == State::quoted) {
        return refuse(Error::malformed, "a quoted cell is not closed");
    }
    if (state_ == State::after_cr) {
        return refuse(Error::malformed, "CR must be followed by LF");
    }
    if (state_ != State::line_start) {
        end_cell();
        state_ = State::line_start;
        const auto ended = end_line(row);
        if (!ended) {
            return ended.error();
        }
        if (*ended) {
            return Step::row;
        }
    }
    if (names_.empty()) {
        row_line_ = line_;
        return refuse(Error::malformed, "the first line must name the columns");
    }
    return Step::end;
}

row_result<bool> CsvReader::take(std::string_view& input) {
    if (state_ == State::line_start) {
        row_line_ = line_;
        line_bytes_ = 0;
    }
    const bool is_quoted = state_ == State::quoted;
    const bool may_run = is_quoted || state_ == State::plain || state_ == State::cell_start ||
                         state_ == State::line_start;
    std::size_t run = 0;
    if (may_run) {
        const auto ends_run = [is_quoted](char byte) {
            return is_quoted ? byte == '"' || byte == '\n' : !is_plain(byte);
        };
        run = static_cast<std::size_t>(std::ranges::find_if(input, ends_run) - input.begin());
    }
    if (run > 0) {
        if (!has_room(run)) {
            return refuse_too_long();
        }
        line_bytes_ += run;
        text_.append(input.substr(0, run));
        input.remove_prefix(run);
        state_ = is_quoted ? State::quoted : State::plain;
        return false;
    }
    if (!has_room(1)) {
        return refuse_too_long();
    }
    ++line_bytes_;
    const char byte = input.front();
    input.remove_prefix(1);
    return take_special(byte);
}

/// A byte that no run takes.
row_result<bool> CsvReader::take_special(char byte) {
    line_ += byte == '\n' ? 1 : 0;
    switch (state_) {
        case State::quoted:
            if (byte == '"') {
                state_ = State::quote_end;
            } else {
                text_.push_back(byte);
            }
            return false;
        case State::after_cr:
            if (byte != '\n') {
                return refuse(Error::malformed, "CR must be followed by LF");
            }
            state_ = State::line_start;
            return cells_ > 0;
        case State::quote_end:
            if (byte == '"') {
                text_.push_back('"');
                state_ = State::quoted;
                return false;
            }
            break;
        case State::line_start:
        case State::cell_start:
            if (byte == '"') {
                state_ = State::quoted;
                return false;
            }
            break;
        case State::plain:
            break;
    }
    switch (byte) {
        case ',':
            end_cell();
            state_ = State::cell_start;
            return false;
        case '\n':
        case '\r':
            if (state_ != State::line_start) {
                end_cell();
            }
            state_ = byte == '\n' ? State::line_start : State::after_cr;
            return byte == '\n' && cells_ > 0;
        case '"':
            return refuse(Error::malformed, "a quote is inside a cell that is not quoted");
        default:
            return refuse(Error::malformed, "something follows the quote that closes a cell");
    }
}

row_result<bool> CsvReader::end_line(Row& row) {
    is_complete_ = true;
    if (!names_.empty()) {
        const auto done = read_row(row);
        if (!done) {
            return done.error();
        }
        return true;
    }
    const auto done = read_names();
    if (!done) {
        return done.error();
    }
    is_complete_ = false;
    text_.clear();
    cells_ = 0;
    return false;
}

row_result<void> CsvReader::read_names() {
    std::array<bool, column_count> is_named{};
    for (std::size_t index = 0; index < std::min(cells_, column_count); ++index) {
        const std::string_view name = cell(index);
        const auto column = column_named(name);
        if (!column) {
            return refuse(Error::malformed, complaint_about_name(name));
        }
        bool& is_there = is_named[static_cast<std::size_t>(*column)];
        if (is_there) {
            return refuse(Error::malformed, std::string(name) + " is named twice", name);
        }
        is_there = true;
        names_.push_back(*column);
    }
    if (cells_ > column_count) {
        return refuse(Error::malformed, "the first line names " + std::to_string(cells_) +
                                            " columns, there are " + std::to_string(column_count));
    }
    for (std::size_t at = 0; at < column_count; ++at) {
        const auto column = static_cast<Column>(at);
        if (is_required(column) && !is_named[at]) {
            return refuse(Error::malformed,
                          "the first line must name " + std::string(name_of(column)),
                          name_of(column));
        }
    }
    return {};
}

row_result<void> CsvReader::read_row(Row& row) {
    if (cells_ != names_.size()) {
        return refuse(Error::malformed, "the row has " + std::to_string(cells_) +
                                            " cells, the first line names " +
                                            std::to_string(names_.size()) + " columns");
    }
    row = Row();
    for (std::size_t index = 0; index < names_.size(); ++index) {
        row[names_[index]] = cell(index);
    }
    return {};
}

}  // namespace belay::exports
