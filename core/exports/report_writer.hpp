// The bytes of a report, record by record, as exports.md 1.7 lays them out.
//
//   CSV   a line of names, then a line each; lines end with LF (as the public server's do), cells
//         are quoted as RFC 4180 says and guarded against formulas; no value: an empty cell.
//   JSON  an array of objects, one a line; every value a string, amounts too; no value: null.
//   XML   a declaration, then a list of items whose children are named as the CSV columns; no
//         value: no element.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "core/exports/report_type.hpp"

namespace belay::exports {

/// What one report looks like in all formats.
struct ReportLayout {
    std::span<const std::string_view> csv_names;   ///< of XML's children too
    std::span<const std::string_view> json_names;  ///< as many
    std::string_view xml_list;
    std::string_view xml_item;
};

const ReportLayout& layout_of(ReportType type) noexcept;

class ReportWriter {
  public:
    ReportWriter(ReportType type, Format format) noexcept
        : layout_(layout_of(type)), format_(format) {}

    /// Appends what comes before the first record.
    void begin(std::string& to) const;

    /// Appends a record with a cell for each name of the layout; an empty cell has no value.
    void record(std::span<const std::string_view> cells, std::string& to);

    /// Appends what comes after the last record.
    void end(std::string& to) const;

  private:
    void csv_record(std::span<const std::string_view> cells, std::string& to) const;
    void json_record(std::span<const std::string_view> cells, std::string& to) const;
    void xml_record(std::span<const std::string_view> cells, std::string& to) const;

    const ReportLayout& layout_;
    Format format_;
    bool is_first_ = true;
};

}  // namespace belay::exports
