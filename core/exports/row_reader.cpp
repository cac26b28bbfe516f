#include "core/exports/row_reader.hpp"

#include <algorithm>

#include "core/base/utf8.hpp"
#include "core/exports/csv_reader.hpp"
#include "core/exports/ndjson_reader.hpp"

namespace belay::exports {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

/// True once it is known whether the text begins with a mark.
bool RowReader::skip_mark() {
    while (!is_past_mark_ && !input_.empty() && mark_bytes_ < byte_order_mark.size()) {
        if (input_.front() != byte_order_mark[mark_bytes_]) {
            held_ = byte_order_mark.substr(0, mark_bytes_);
            is_past_mark_ = true;
            break;
        }
        ++mark_bytes_;
        input_.remove_prefix(1);
    }
    if (mark_bytes_ == byte_order_mark.size()) {
        is_past_mark_ = true;
    }
    if (!is_past_mark_ && is_finished_) {
        held_ = byte_order_mark.substr(0, mark_bytes_);
        is_past_mark_ = true;
    }
    return is_past_mark_;
}

row_result<RowReader::Step> RowReader::next(Row& row) {
    if (has_failed_) {
        return error_;
    }
    if (!is_past_mark_ && !skip_mark()) {
        return Step::more;
    }
    if (!held_.empty()) {
        // At most two bytes, no end of a row among them.
        const auto held = read(held_, false, row);
        if (!held) {
            has_failed_ = true;
            error_ = held.error();
            return error_;
        }
    }
    auto step = read(input_, is_finished_, row);
    if (!step) {
        has_failed_ = true;
        error_ = step.error();
    }
    return step;
}

RowError RowReader::refuse(Error code, std::string what, std::string_view column) const {
    return {code, row_line_, std::string(column), std::move(what)};
}

RowError RowReader::refuse_too_long() const {
    return refuse(Error::too_large,
                  "a row must have at most " + std::to_string(row_bytes_max) + " bytes");
}

std::string complaint_about_name(std::string_view name) {
    constexpr std::size_t shown_max = 40;
    const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20; };
    if (name.size() > shown_max || !is_valid_utf8(name) || std::ranges::any_of(name, is_control)) {
        return "there is a name that is not the name of a column";
    }
    return std::string("\"").append(name).append("\" is not the name of a column");
}

std::unique_ptr<RowReader> make_row_reader(UploadFormat format) {
    if (format == UploadFormat::csv) {
        return std::make_unique<CsvReader>();
    }
    return std::make_unique<NdjsonReader>();
}

}  // namespace belay::exports
