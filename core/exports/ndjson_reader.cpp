#include "core/exports/ndjson_reader.hpp"

#include <array>

#include <boost/json/basic_parser_impl.hpp>

#include "core/base/utf8.hpp"

namespace belay::exports {
namespace {

using boost::system::error_code;
namespace json = boost::json;

/// What Boost.JSON tells of one line. A handler stops the parser by returning false; `complaint`
/// then says why.
class LineHandler {
  public:
    // Asked for by basic_parser; what is larger does not fit a row.
    static constexpr std::size_t max_object_size = row_bytes_max;
    static constexpr std::size_t max_array_size = row_bytes_max;
    static constexpr std::size_t max_key_size = row_bytes_max;
    static constexpr std::size_t max_string_size = row_bytes_max;

    void start() {
        text_.clear();
        name_.clear();
        depth_ = 0;
        is_seen_.fill(false);
        places_.fill({0, 0});
        column_.reset();
        complaint.clear();
        complaint_column = {};
    }

    /// Views of this handler, until the next start().
    void take_row(Row& row) const {
        for (std::size_t at = 0; at < column_count; ++at) {
            row.cells[at] = std::string_view(text_).substr(places_[at].first, places_[at].second);
        }
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_object_begin(error_code& error) {
        if (depth_ > 0) {
            return refuse_value(error);
        }
        ++depth_;
        return true;
    }
    bool on_object_end(std::size_t, error_code&) { return true; }
    bool on_array_begin(error_code& error) { return refuse_value(error); }
    bool on_array_end(std::size_t, error_code&) { return true; }

    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        name_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code& error) {
        name_.append(part.data(), part.size());
        column_ = column_named(name_);
        if (!column_) {
            return refuse(error, complaint_about_name(name_));
        }
        complaint_column = name_of(*column_);
        bool& is_there = is_seen_[static_cast<std::size_t>(*column_)];
        if (is_there) {
            return refuse(error, name_ + " is given twice");
        }
        is_there = true;
        complaint_column = {};
        name_.clear();
        begin_ = text_.size();
        return true;
    }

    bool on_string_part(json::string_view part, std::size_t, error_code& error) {
        return append(part, error);
    }
    bool on_string(json::string_view part, std::size_t, error_code& error) {
        return append(part, error) && end_value();
    }

    bool on_number_part(json::string_view part, error_code& error) {
        return append_number(part, error);
    }
    bool on_int64(std::int64_t, json::string_view part, error_code& error) {
        return append_number(part, error) && end_value();
    }
    bool on_uint64(std::uint64_t, json::string_view part, error_code& error) {
        return append_number(part, error) && end_value();
    }
    // The double is not looked at: the amount is the text.
    bool on_double(double, json::string_view part, error_code& error) {
        return append_number(part, error) && end_value();
    }

    bool on_null(error_code& error) { return depth_ == 0 ? refuse_value(error) : end_value(); }
    bool on_bool(bool, error_code& error) { return refuse_value(error); }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }

    std::string complaint;
    std::string_view complaint_column;

  private:
    bool refuse(error_code& error, std::string what) {
        complaint = std::move(what);
        error = Error::malformed;
        return false;
    }

    bool refuse_value(error_code& error) {
        if (depth_ == 0) {
            return refuse(error, "the line must be a JSON object");
        }
        const bool is_amount = column_ == Column::amount || column_ == Column::expected_amount;
        complaint_column = name_of(*column_);
        return refuse(error, std::string(complaint_column) +
                                 (is_amount ? " must be a string, a number or null"
                                            : " must be a string or null"));
    }

    bool append(json::string_view part, error_code& error) {
        if (depth_ == 0) {
            return refuse_value(error);
        }
        text_.append(part.data(), part.size());
        return true;
    }

    bool append_number(json::string_view part, error_code& error) {
        if (column_ != Column::amount && column_ != Column::expected_amount) {
            return refuse_value(error);
        }
        return append(part, error);
    }

    bool end_value() {
        places_[static_cast<std::size_t>(*column_)] = {begin_, text_.size() - begin_};
        return true;
    }

    std::string text_;  ///< the values of the line, one after the other
    std::string name_;
    std::size_t begin_ = 0;  ///< of the value that is being read
    int depth_ = 0;
    std::optional<Column> column_;
    std::array<bool, column_count> is_seen_{};
    std::array<std::pair<std::size_t, std::size_t>, column_count> places_{};  ///< offset and size
};

json::parse_options strict_options() {
    json::parse_options options;
    options.max_depth = 2;  // an object of values; a deeper one is refused at its beginning
    return options;
}

bool is_blank(std::string_view line) noexcept {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

class NdjsonReader::LineParser {
  public:
    LineParser() : parser_(strict_options()) {}

    /// Empty if the line is a row.
    error_code parse(std::string_view line) {
        parser_.reset();
        parser_.handler().start();
        error_code error;
        const std::size_t used = parser_.write_some(false, line.data(), line.size(), error);
        if (!error && used < line.size()) {
            error = json::error::extra_data;
        }
        return error;
    }

    const LineHandler& handler() { return parser_.handler(); }

  private:
    json::basic_parser<LineHandler> parser_;
};

NdjsonReader::NdjsonReader() : parser_(std::make_unique<LineParser>()) {}
NdjsonReader::~NdjsonReader() = default;

row_result<RowReader::Step> NdjsonReader::read(std::string_view& input, bool is_last, Row& row) {
    while (true) {
        row_line_ = line_;
        const std::size_t end = input.find('\n');
        const bool is_whole = end != std::string_view::npos;
        const std::string_view piece = input.substr(0, end);
        if (partial_.size() + piece.size() > row_bytes_max) {
            return refuse_too_long();
        }
        const bool is_at_end = !is_whole && is_last;
        if (!is_whole && !is_last) {
            partial_.append(piece);
            input = {};
            return Step::more;
        }
        std::string_view line = piece;
        if (!partial_.empty()) {
            partial_.append(piece);
            line = partial_;
        }
        input.remove_prefix(piece.size() + (is_whole ? 1 : 0));
        line_ += is_whole ? 1 : 0;
        const auto found = read_line(line, row);
        partial_.clear();
        if (!found) {
            return found.error();
        }
        if (*found) {
            return Step::row;
        }
        if (is_at_end) {
            return Step::end;
        }
    }
}

row_result<bool> NdjsonReader::read_line(std::string_view line, Row& row) {
    if (is_blank(line)) {
        return false;
    }
    const error_code error = parser_->parse(line);
    const LineHandler& handler = parser_->handler();
    if (!error) {
        handler.take_row(row);
        return true;
    }
    if (!handler.complaint.empty()) {
        return refuse(Error::malformed, handler.complaint, handler.complaint_column);
    }
    if (!is_valid_utf8(line)) {
        return refuse(Error::malformed, "the line must be valid UTF-8");
    }
    return refuse(Error::malformed, "the line is not valid JSON (" + error.message() + ")");
}

}  // namespace belay::exports
