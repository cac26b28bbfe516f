// NDJSON as row_reader.hpp describes it: lines are cut here, each is read by Boost.JSON's parser.
#pragma once

#include <memory>
#include <string>

#include "core/exports/row_reader.hpp"

namespace belay::exports {

class NdjsonReader final : public RowReader {
  public:
    NdjsonReader();
    ~NdjsonReader() override;

  private:
    class LineParser;

    row_result<Step> read(std::string_view& input, bool is_last, Row& row) override;

    /// True if the line holds a row, false if it is blank.
    row_result<bool> read_line(std::string_view line, Row& row);

    std::string partial_;  ///< the beginning of a line whose end is in a later piece
    std::unique_ptr<LineParser> parser_;
};

}  // namespace belay::exports
