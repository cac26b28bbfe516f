#include "tests/drive/batches/input_files.hpp"

#include <algorithm>
#include <map>

#include "core/base/check.hpp"
#include "core/world/entropy.hpp"

namespace belay::batch_drive::test {

using batches::RowFault;

std::string good_row(std::string_view id) {
    return R"({"id":")" + std::string(id) + R"(","path_params":{"id":"t"}})";
}

InputFile put(world::Disk& disk, std::string_view text) {
    const auto file = disk.open(input, {world::Open::truncate}).value();
    file->write_at(0, as_byte_span(text)).value();
    return {std::string(input), text.size()};
}

InputBounds small_bounds(std::size_t piece_bytes) {
    InputBounds bounds;
    bounds.piece_bytes = piece_bytes;
    bounds.slice_bytes = 100;
    bounds.ahead_bytes = 600;
    bounds.slice_ids = 10;
    bounds.ids_memory_bytes = 0;
    return bounds;
}

RandomFile::RandomFile(std::uint64_t seed, std::size_t lines, std::uint64_t bad_one_in,
                       std::uint64_t ids) {
    world::SeededEntropy entropy(seed);
    const auto below = [&](std::uint64_t bound) { return entropy.number() % bound; };
    std::map<std::string, std::uint64_t> firsts;
    if (below(2) == 0) {
        text += "\xEF\xBB\xBF";
    }
    std::uint64_t begin = 0;
    for (std::uint64_t line = 1; line <= lines; ++line) {
        Expected row{begin, line, "r" + std::to_string(below(ids)), {}, 0};
        switch (below(bad_one_in) == 0 ? below(4) : 4 + below(8)) {
            case 0:
                row.id.clear();
                row.fault = RowFault::not_json;
                text += "{";
                break;
            case 1:
                row.fault = RowFault::path_params_missing;
                text += R"({"id":")" + row.id + "\"}";
                break;
            case 2:
                row.id.clear();
                row.fault = RowFault::id_malformed;
                text += good_row("a b");
                break;
            case 3:
                row.id.clear();
                row.fault = RowFault::not_utf8;
                text += "\xFF";
                break;
            case 4:
                row.line = 0;
                text += line % 2 == 0 ? "" : " \t";
                break;
            default:
                text += good_row(row.id);
                break;
        }
        if (line < lines || below(2) == 0) {
            text += below(3) == 0 ? "\r\n" : "\n";
        }
        begin = text.size();
        if (row.line == 0) {
            continue;
        }
        if (!row.id.empty()) {
            const auto [first, is_new] = firsts.emplace(row.id, line);
            if (!is_new && !row.fault) {
                row.fault = RowFault::id_repeated;
                row.first_line = first->second;
            }
        }
        rows.push_back(std::move(row));
    }
}

const Expected* RandomFile::first_fault() const {
    const auto found =
        std::ranges::find_if(rows, [](const Expected& row) { return row.fault.has_value(); });
    return found == rows.end() ? nullptr : &*found;
}

void run(InputCheck& check) {
    std::uint64_t good = 0;
    while (!check.is_done()) {
        check.run();
        belay::check(check.rows_good() >= good, "what is told never goes back");
        good = check.rows_good();
    }
}

Given take_all(InputRows& rows) {
    Given given;
    while (true) {
        while (rows.wants_run()) {
            rows.run();
        }
        auto row = rows.next();
        if (!row) {
            given.error = rows.error();
            belay::check(rows.is_at_end() == !given.error, "the end or an error");
            return given;
        }
        Expected seen{row->offset, row->line, {}, {}, 0};
        if (row->row) {
            seen.id = row->row->id;
        } else {
            const batches::RowError& error = row->row.error();
            seen.id = error.id;
            seen.fault = error.fault;
            if (error.fault == RowFault::id_repeated) {
                seen.first_line = std::stoull(error.message.substr(error.message.rfind(' ')));
            }
        }
        given.rows.push_back(std::move(seen));
        given.behind.push_back(rows.next_place());
        belay::check(row->number + 1 == rows.next_place().row, "rows are counted");
    }
}

}  // namespace belay::batch_drive::test
