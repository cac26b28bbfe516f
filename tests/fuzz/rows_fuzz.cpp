// Any bytes as an upload of transactions, after one byte that says which form and where it is cut:
//  - whole, in pieces of one size and cut in two at every place it gives the same rows on the same
//    lines, and the same error;
//  - a reader holds no more of a row than its bound, and no more memory however long the text is;
//  - what is said of a bad row names its line, which the text has, and a column that exists;
//  - a row that is read, written as quoted CSV or as JSON and read again is the same row;
//  - a row that is found good is as good when its numbers are replaced by their canonical text.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/json_text.hpp"
#include "core/base/utf8.hpp"
#include "core/exports/row_reader.hpp"
#include "core/exports/transaction.hpp"

#ifdef BELAY_ADDRESS_SANITIZER
#include <sanitizer/allocator_interface.h>
#endif

namespace {

using namespace belay;
using namespace belay::exports;

constexpr std::size_t split_bytes_max = 64;         // cut at every place up to this size
constexpr std::size_t endless_bytes = 1024 * 1024;  // what a text is repeated to

std::size_t bytes_allocated() {
#ifdef BELAY_ADDRESS_SANITIZER
    return __sanitizer_get_current_allocated_bytes();
#else
    return 0;
#endif
}

struct Read {
    std::uint64_t line = 0;
    std::array<std::string, column_count> cells;

    friend bool operator==(const Read&, const Read&) = default;
};

struct Outcome {
    std::vector<Read> rows;
    std::uint64_t error_line = 0;  ///< 0: no error
    std::string error;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// The text in a first piece of `first` bytes and others of `piece_max`.
Outcome read(UploadFormat format, std::string_view text, std::size_t first,
             std::size_t piece_max = std::string_view::npos) {
    const auto lines = static_cast<std::uint64_t>(std::ranges::count(text, '\n')) + 1;
    std::size_t size = first;
    const auto reader = make_row_reader(format);
    Outcome outcome;
    Row row;
    bool is_finished = false;
    while (true) {
        const auto step = reader->next(row);
        if (!step) {
            const RowError& error = step.error();
            check(error.is_of_a_row() && !error.what.empty(), "an error is of a row");
            check(error.line <= lines, "on a line that the text has");
            check(error.column.empty() || column_named(error.column), "a column that exists");
            outcome.error_line = error.line;
            outcome.error = error.column + "! " + error.what;
            return outcome;
        }
        if (*step == RowReader::Step::row) {
            Read& kept = outcome.rows.emplace_back();
            kept.line = reader->line();
            std::size_t bytes = 0;
            for (std::size_t at = 0; at < column_count; ++at) {
                kept.cells[at] = row.cells[at];
                bytes += row.cells[at].size();
            }
            check(bytes <= row_bytes_max, "a row is bounded");
            continue;
        }
        if (*step == RowReader::Step::end) {
            check(is_finished, "the end comes after finish");
            return outcome;
        }
        check(!is_finished, "after finish there is nothing to wait for");
        const std::string_view piece = text.substr(0, size);
        size = piece_max;
        text.remove_prefix(piece.size());
        reader->feed(piece);
        if (text.empty()) {
            reader->finish();
            is_finished = true;
        }
    }
}

std::string as_csv(const Read& row) {
    std::string text;
    for (std::size_t at = 0; at < column_count; ++at) {
        text.append(at == 0 ? "" : ",").append(name_of(static_cast<Column>(at)));
    }
    text += "\n";
    for (std::size_t at = 0; at < column_count; ++at) {
        text.append(at == 0 ? "\"" : ",\"");
        for (const char byte : row.cells[at]) {
            text.append(byte == '"' ? 2 : 1, byte);
        }
        text += "\"";
    }
    return text;
}

std::string as_json(const Read& row) {
    std::string text = "{";
    for (std::size_t at = 0; at < column_count; ++at) {
        text += at == 0 ? "" : ",";
        append_json_string(text, name_of(static_cast<Column>(at)));
        text += ":";
        append_json_string(text, row.cells[at]);
    }
    return text + "}";
}

void check_written(const Read& row, UploadFormat format, const std::string& text) {
    const auto again = read(format, text, text.size());
    if (again.error_line != 0) {
        check(text.size() > row_bytes_max, "what is quoted can be read unless it is too long");
        return;
    }
    check(again.rows.size() == 1 && again.rows[0].cells == row.cells, "and is the same row");
}

/// The text again and again, as one that does not end.
void check_memory(UploadFormat format, std::string_view text) {
    constexpr std::size_t piece_bytes = 16 * 1024;
    std::string piece;
    while (piece.size() < piece_bytes) {
        piece += text;
    }
    const std::size_t before = bytes_allocated();
    const auto reader = make_row_reader(format);
    Row row;
    for (std::size_t fed = 0; fed < endless_bytes; fed += piece.size()) {
        reader->feed(piece);
        auto step = reader->next(row);
        while (step && *step == RowReader::Step::row) {
            step = reader->next(row);
        }
        // A row twice (as it came and as cells), each in a string that doubles when it grows.
        check(bytes_allocated() - before <= 6 * row_bytes_max, "memory is bounded");
        if (!step) {
            return;
        }
    }
}

void check_good(const Read& kept) {
    Row row;
    for (std::size_t at = 0; at < column_count; ++at) {
        row.cells[at] = kept.cells[at];
    }
    Transaction first;
    const auto checked = check_row(row, kept.line, first);
    if (!checked) {
        check(checked.error().line == kept.line, "an error names the line of its row");
        return;
    }
    row[Column::amount] = first.amount;
    row[Column::expected_amount] = first.expected_amount;
    Transaction second;
    check(check_row(row, kept.line, second).has_value(), "canonical numbers are good");
    check(second.amount == first.amount && second.expected_amount == first.expected_amount,
          "and stay as they are");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto format = data[0] % 2 == 0 ? UploadFormat::csv : UploadFormat::ndjson;
    const std::size_t piece_max = 1 + data[0] / 2;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Outcome whole = read(format, text, std::string_view::npos);
    check(whole == read(format, text, piece_max, piece_max), "pieces give what the whole gives");
    for (std::size_t at = 0; text.size() <= split_bytes_max && at <= text.size(); ++at) {
        check(whole == read(format, text, at), "so do two, wherever they are cut");
    }
    // Rare, since it takes as long as hundreds of other inputs.
    if (!text.empty() && data[0] >= 0xfe) {
        check_memory(format, text);
    }
    for (const Read& row : whole.rows) {
        check_written(row, UploadFormat::csv, as_csv(row));
        const auto is_text = [](const std::string& cell) { return is_valid_utf8(cell); };
        if (std::ranges::all_of(row.cells, is_text)) {
            check_written(row, UploadFormat::ndjson, as_json(row));
        }
        check_good(row);
    }
    return 0;
}
