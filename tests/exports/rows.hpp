// What the row readers' tests share: a whole text read in pieces, shown as one string a row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/exports/row_reader.hpp"

namespace belay::exports::test {

/// Each row as "line: name=value …" of the cells that have a value; an error as the last entry,
/// "line column! sentence".
std::vector<std::string> read_pieces(UploadFormat format,
                                     const std::vector<std::string_view>& pieces);

/// The text whole, byte by byte, and cut in two at every place; empty if they do not agree.
std::vector<std::string> read_every_way(UploadFormat format, std::string_view text);

}  // namespace belay::exports::test
