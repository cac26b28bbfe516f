// Any bytes as a batch file, after one byte that says which path its rows are for and how it is
// cut:
//  - in pieces of any size it gives the same lines, and from the beginning of any line, or from the
//    end of the one before, the rest of them;
//  - a line is not blank, holds no line feed, and lies in the file where it is said to;
//  - what is read as a row has the id and the places that its path asks for, and nothing in it
//    could end a field of a request;
//  - such a row, written as JSON, is read as the same row;
//  - what is said of a bad row is one line of JSON that names its line, and the id only if it is
//    one.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>

#include "core/base/check.hpp"
#include "core/batches/lines.hpp"
#include "core/batches/row.hpp"
#include "core/json/json.hpp"

namespace {

using namespace belay;
using namespace belay::batches;

struct Seen {
    std::string text;
    std::uint64_t offset = 0;
    std::uint64_t number = 0;
    std::uint64_t next_offset = 0;
    std::uint64_t next_number = 0;

    friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> lines_of(std::string_view file, std::size_t piece, std::uint64_t offset = 0,
                           std::uint64_t number = 1) {
    LineReader reader(offset, number);
    std::vector<Seen> seen;
    const auto take_all = [&] {
        while (const auto line = reader.next()) {
            seen.push_back({std::string(line->text), line->offset, line->number,
                            reader.next_offset(), reader.next_number()});
        }
    };
    file.remove_prefix(std::min<std::size_t>(offset, file.size()));
    while (!file.empty()) {
        reader.feed(file.substr(0, piece));
        take_all();
        file.remove_prefix(std::min(piece, file.size()));
    }
    reader.finish();
    take_all();
    return seen;
}

void check_lines(std::string_view file, const std::vector<Seen>& lines, std::size_t piece) {
    check(lines == lines_of(file, piece), "pieces give what the whole gives");
    for (std::size_t at = 0; at < lines.size(); ++at) {
        const Seen& line = lines[at];
        check(line.text.find_first_not_of(" \t\r") != std::string::npos, "no line is blank");
        check(line.text.find('\n') == std::string::npos, "a line is one line");
        const std::size_t mark = line.offset == 0 && file.starts_with("\xEF\xBB\xBF") ? 3 : 0;
        check(file.substr(line.offset + mark).starts_with(line.text),
              "it lies where it is said to");
        const auto before =
            std::count(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(line.offset), '\n');
        check(line.number == static_cast<std::uint64_t>(before) + 1, "it has its number");
        // The ends of a long file are enough.
        if (at < 8 || at + 8 > lines.size()) {
            const std::vector<Seen> rest(lines.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                         lines.end());
            check(lines_of(file, piece, line.next_offset, line.next_number) == rest,
                  "reading goes on behind any line");
            const auto with = lines_of(file, piece, line.offset, line.number);
            check(with.size() == rest.size() + 1 && with.front() == line,
                  "and from the beginning of any line");
        }
    }
}

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= row_id_bytes_max &&
           id.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
               std::string_view::npos;
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char each) { return each > ' ' && each < '\x7F'; });
}

std::string as_json(const Row& row) {
    boost::json::object made;
    made["id"] = row.id;
    boost::json::object places;
    for (const auto& [name, value] : row.path_params) {
        places[name] = value;
    }
    made["path_params"] = std::move(places);
    made["params"] = row.params;
    made["context"] = row.context;
    made["stripe_version"] = row.stripe_version;
    return boost::json::serialize(made);
}

void check_row(const Row& row, const PathTemplate& path) {
    check(is_id(row.id), "a row has an id");
    check(row.params.is_object() || row.params.is_null(), "params are an object");
    check(row.path_params.size() == path.place_count(), "a row fills each place");
    std::size_t at = 0;
    for (const auto& segment : path.segments()) {
        if (segment.is_place) {
            check(row.path_params[at].first == segment.text, "in their order");
            check(is_path_value(row.path_params[at].second), "with what is no step of a path");
            ++at;
        }
    }
    check(is_visible(row.context) && is_visible(row.stripe_version),
          "nothing ends a field of a request");
    const auto again = read_row(as_json(row), path);
    if (!again) {
        check(
            again.error().fault == RowFault::too_long || again.error().fault == RowFault::not_json,
            "what is written can be read, unless it is too long or a number is");
        return;
    }
    check(again->id == row.id && again->path_params == row.path_params &&
              again->params == row.params && again->context == row.context &&
              again->stripe_version == row.stripe_version,
          "and is the same row");
}

void check_error(std::uint64_t line, const RowError& error) {
    check(error.id.empty() || is_id(error.id), "an id that is told is one");
    check(!error.message.empty() && !code_of(error.fault).empty(), "a fault is told");
    std::string text;
    append_refused_line({line, error}, text);
    check(text.ends_with('\n') && std::count(text.begin(), text.end(), '\n') == 1, "on one line");
    const auto parsed = parse_json(text);
    check(parsed.has_value(), "of JSON");
    const boost::json::object& told = parsed->get_object();
    check(error.id.empty() ? told.at("id").is_null() : told.at("id").get_string() == error.id,
          "with the row's id, or null");
    check(std::string_view(told.at("response").at("error").at("message").get_string())
              .starts_with("line " + std::to_string(line) + ": "),
          "that names the line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    static const std::array paths{*PathTemplate::parse("/v1/transfers/initiate"),
                                  *PathTemplate::parse("/v1/transfers/:id/cancel"),
                                  *PathTemplate::parse("/v1/a/:first/:second")};
    const PathTemplate& path = paths[data[0] % paths.size()];
    const std::size_t piece = 1 + data[0] / paths.size();
    const std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::vector<Seen> lines = lines_of(file, file.size() + 1);
    check_lines(file, lines, piece);
    for (const Seen& line : lines) {
        const auto row = read_row(line.text, path);
        if (row) {
            check_row(*row, path);
        } else {
            check_error(line.number, row.error());
        }
    }
    return 0;
}
