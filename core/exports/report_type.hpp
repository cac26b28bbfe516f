// What an export is asked for: report, format and filter (exports.md 1.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"

namespace belay::exports {

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class ReportType : std::uint8_t { matched = 1, unmatched = 2, variance = 3 };
enum class Format : std::uint8_t { csv = 1, json = 2, xml = 3 };

/// "MATCHED".
constexpr std::string_view name_of(ReportType type) noexcept {
    switch (type) {
        case ReportType::matched:
            return "MATCHED";
        case ReportType::unmatched:
            return "UNMATCHED";
        case ReportType::variance:
            return "VARIANCE";
    }
    return "";
}

/// "CSV".
constexpr std::string_view name_of(Format format) noexcept {
    switch (format) {
        case Format::csv:
            return "CSV";
        case Format::json:
            return "JSON";
        case Format::xml:
            return "XML";
    }
    return "";
}

/// "csv": the end of a file name.
constexpr std::string_view extension_of(Format format) noexcept {
    switch (format) {
        case Format::csv:
            return "csv";
        case Format::json:
            return "json";
        case Format::xml:
            return "xml";
    }
    return "";
}

/// The media type that a download is served with.
constexpr std::string_view content_type_of(Format format) noexcept {
    switch (format) {
        case Format::csv:
            return "text/csv";
        case Format::json:
            return "application/json";
        case Format::xml:
            return "application/xml";
    }
    return "";
}

/// Which rows a report covers. Both days are inclusive.
struct Filter {
    Day from;
    Day to;
    std::optional<job::Uuid> source;

    friend bool operator==(const Filter&, const Filter&) = default;
};

}  // namespace belay::exports
