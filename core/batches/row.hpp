// A row of a batch file: one JSON object on one line (batches.md 4.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include "core/batches/path_template.hpp"

namespace belay::batches {

/// contracts README 4: a key of a row is the job's id, a colon and this.
inline constexpr std::size_t row_id_bytes_max = 64;
/// A longer line is no row, and is passed over without being held in memory.
inline constexpr std::size_t line_bytes_max = 1024 * 1024;

struct Row {
    std::string id;
    /// In the order of the template's places.
    std::vector<std::pair<std::string, std::string>> path_params;
    /// An object; null if there are none.
    boost::json::value params;
    std::string context;
    std::string stripe_version;

    std::string_view path_param(std::string_view name) const noexcept;
};

enum class RowFault : std::uint8_t {
    not_utf8,
    too_long,
    not_json,
    not_an_object,
    unknown_member,
    id_missing,
    id_malformed,  ///< not 1 to 64 of A-Z a-z 0-9 _ -
    id_repeated,   ///< in the whole file; found by whoever sees the whole file, as the next one
    no_rows,       ///< of a file: there is no row in it
    path_params_missing,
    path_params_unexpected,
    path_params_mismatched,
    params_malformed,
    context_malformed,
    version_malformed,
};

/// "invalid_row_id": the code in the row's error.
std::string_view code_of(RowFault fault) noexcept;

struct RowError {
    RowFault fault = RowFault::not_json;
    /// A sentence for a person, without the line's number.
    std::string message;
    /// The row's id, if it could be read and is one.
    std::string id;
};

/// A row of a file that is not run.
struct RefusedRow {
    /// From 1.
    std::uint64_t line = 1;
    RowError error;
};

/// The row with the id on `line` has the id of the one on `first_line`.
RefusedRow repeated(std::uint64_t line, std::string_view id, std::uint64_t first_line);

/// `line` is without its end and not blank.
boost::system::result<Row, RowError> read_row(std::string_view line, const PathTemplate& path);

[[noreturn]] void throw_exception_from_error(const RowError& error,
                                             const boost::source_location& where);

/// {"id":"…","response":…,"status":200} and a line feed. `response` is JSON. An empty id: null.
void append_output_line(std::string_view id, std::string_view response, int status,
                        std::string& to);

/// The response of a row that was not sent, in the words of v1 errors.
std::string error_response(std::string_view code, std::string_view message);

/// The output line of a row that is not run: status 400, its message names the line of the input.
void append_refused_line(const RefusedRow& row, std::string& to);

}  // namespace belay::batches
