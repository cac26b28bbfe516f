// Batch files for tests, what is to be found in them, and machines run to their end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/batches/path_template.hpp"
#include "core/batches/row.hpp"
#include "core/world/disk.hpp"
#include "http/drive/batches/input_check.hpp"
#include "http/drive/batches/input_rows.hpp"

namespace belay::batch_drive::test {

inline const batches::PathTemplate cancel_path =
    *batches::PathTemplate::parse("/v1/transfers/:id/cancel");

inline constexpr std::string_view input = "x.in";

/// A row with this id.
std::string good_row(std::string_view id);

/// Puts the text there as a file of its own, and says so.
InputFile put(world::Disk& disk, std::string_view text);

/// Bounds that make every file a large one.
InputBounds small_bounds(std::size_t piece_bytes = 7);

/// One row of a file as it is to be given.
struct Expected {
    std::uint64_t offset = 0;
    std::uint64_t line = 0;
    std::string id;                          ///< if it can be read
    std::optional<batches::RowFault> fault;  ///< nothing: it is good
    std::uint64_t first_line = 0;            ///< if its id is repeated

    friend bool operator==(const Expected&, const Expected&) = default;
};

/// Rows good and bad in any order, some ids again, some lines blank, ends of both kinds.
struct RandomFile {
    explicit RandomFile(std::uint64_t seed, std::size_t lines, std::uint64_t bad_one_in,
                        std::uint64_t ids);

    std::string text;
    /// Repeated ids told, for jobs that skip validation.
    std::vector<Expected> rows;

    /// Of the first bad line: what validation says.
    const Expected* first_fault() const;
};

/// Runs it to its end.
void run(InputCheck& check);

struct Given {
    std::vector<Expected> rows;
    std::vector<InputPlace> behind;  ///< next_place() after each
    boost::system::error_code error;
};

/// All rows, run to the end.
Given take_all(InputRows& rows);

}  // namespace belay::batch_drive::test
