#include "core/exports/report_writer.hpp"

#include "core/base/check.hpp"
#include "core/base/json_text.hpp"
#include "core/exports/escape.hpp"

namespace belay::exports {
namespace {

using namespace std::string_view_literals;

constexpr std::array matched_csv{"transaction_id"sv, "match_group_id"sv, "source_id"sv,
                                 "amount"sv,         "currency"sv,       "date"sv};
constexpr std::array matched_json{"TransactionID"sv, "MatchGroupID"sv, "SourceID"sv,
                                  "Amount"sv,        "Currency"sv,     "Date"sv};

constexpr std::array unmatched_csv{"transaction_id"sv, "source_id"sv, "amount"sv,
                                   "currency"sv,       "status"sv,    "date"sv,
                                   "exception_id"sv,   "due_at"sv};
constexpr std::array unmatched_json{"TransactionID"sv, "SourceID"sv, "Amount"sv,      "Currency"sv,
                                    "Status"sv,        "Date"sv,     "ExceptionID"sv, "DueAt"sv};

constexpr std::array variance_names{"source_id"sv,         "currency"sv,       "fee_schedule_id"sv,
                                    "fee_schedule_name"sv, "total_expected"sv, "total_actual"sv,
                                    "net_variance"sv,      "variance_pct"sv};

static_assert(matched_csv.size() == matched_json.size());
static_assert(unmatched_csv.size() == unmatched_json.size());

constexpr ReportLayout matched_layout{matched_csv, matched_json, "matchedItems", "item"};
constexpr ReportLayout unmatched_layout{unmatched_csv, unmatched_json, "unmatchedItems", "item"};
constexpr ReportLayout variance_layout{variance_names, variance_names, "varianceRows", "row"};

void append_element(std::string_view name, std::string_view text, std::string& to) {
    to.append("<").append(name).append(">");
    append_xml_text(text, to);
    to.append("</").append(name).append(">");
}

}  // namespace

const ReportLayout& layout_of(ReportType type) noexcept {
    switch (type) {
        case ReportType::matched:
            return matched_layout;
        case ReportType::unmatched:
            return unmatched_layout;
        case ReportType::variance:
            return variance_layout;
    }
    check_failed("ReportType is a closed list", std::source_location::current());
}

void ReportWriter::begin(std::string& to) const {
    switch (format_) {
        case Format::csv:
            csv_record(layout_.csv_names, to);
            break;
        case Format::json:
            to.append("[");
            break;
        case Format::xml:
            to.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<")
                .append(layout_.xml_list)
                .append(">\n");
            break;
    }
}

void ReportWriter::record(std::span<const std::string_view> cells, std::string& to) {
    check(cells.size() == layout_.csv_names.size(), "a record has a cell for each name");
    switch (format_) {
        case Format::csv:
            csv_record(cells, to);
            break;
        case Format::json:
            to.append(is_first_ ? "\n" : ",\n");
            json_record(cells, to);
            break;
        case Format::xml:
            xml_record(cells, to);
            break;
    }
    is_first_ = false;
}

void ReportWriter::end(std::string& to) const {
    switch (format_) {
        case Format::csv:
            break;
        case Format::json:
            to.append(is_first_ ? "]\n" : "\n]\n");
            break;
        case Format::xml:
            to.append("</").append(layout_.xml_list).append(">\n");
            break;
    }
}

void ReportWriter::csv_record(std::span<const std::string_view> cells, std::string& to) const {
    for (std::size_t at = 0; at < cells.size(); ++at) {
        to.append(at == 0 ? "" : ",");
        append_csv_cell(cells[at], to);
    }
    to.push_back('\n');
}

void ReportWriter::json_record(std::span<const std::string_view> cells, std::string& to) const {
    for (std::size_t at = 0; at < cells.size(); ++at) {
        to.append(at == 0 ? "{\"" : ",\"").append(layout_.json_names[at]).append("\":");
        if (cells[at].empty()) {
            to.append("null");
        } else {
            append_json_string(to, cells[at]);
        }
    }
    to.push_back('}');
}

void ReportWriter::xml_record(std::span<const std::string_view> cells, std::string& to) const {
    to.append("<").append(layout_.xml_item).append(">");
    for (std::size_t at = 0; at < cells.size(); ++at) {
        if (!cells[at].empty()) {
            append_element(layout_.csv_names[at], cells[at], to);
        }
    }
    to.append("</").append(layout_.xml_item).append(">\n");
}

}  // namespace belay::exports
