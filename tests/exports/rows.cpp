#include "tests/exports/rows.hpp"

namespace belay::exports::test {

std::vector<std::string> read_pieces(UploadFormat format,
                                     const std::vector<std::string_view>& pieces) {
    const auto reader = make_row_reader(format);
    std::vector<std::string> shown;
    Row row;
    for (std::size_t piece = 0; piece <= pieces.size(); ++piece) {
        if (piece < pieces.size()) {
            reader->feed(pieces[piece]);
        } else {
            reader->finish();
        }
        while (true) {
            const auto step = reader->next(row);
            if (!step) {
                shown.push_back(std::to_string(step.error().line) + " " + step.error().column +
                                "! " + step.error().what);
                return shown;
            }
            if (*step != RowReader::Step::row) {
                break;
            }
            std::string text = std::to_string(reader->line()) + ":";
            for (std::size_t at = 0; at < column_count; ++at) {
                if (!row.cells[at].empty()) {
                    text.append(" ").append(name_of(static_cast<Column>(at)));
                    text.append("=").append(row.cells[at]);
                }
            }
            shown.push_back(std::move(text));
        }
    }
    return shown;
}

std::vector<std::string> read_every_way(UploadFormat format, std::string_view text) {
    const auto whole = read_pieces(format, {text});
    std::vector<std::string_view> bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        bytes.push_back(text.substr(at, 1));
        if (read_pieces(format, {text.substr(0, at), text.substr(at)}) != whole) {
            return {};
        }
    }
    return read_pieces(format, bytes) == whole ? whole : std::vector<std::string>();
}

}  // namespace belay::exports::test
