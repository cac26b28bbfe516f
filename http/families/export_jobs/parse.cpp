#include "http/families/export_jobs/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json/value.hpp>

#include "core/base/limits.hpp"
#include "core/exports/context.hpp"
#include "core/json/json.hpp"
#include "http/families/export_jobs/cursor.hpp"
#include "http/wire/query.hpp"

namespace belay::export_jobs {
namespace {

namespace json = boost::json;

constexpr std::chrono::days range_max{365};
constexpr std::chrono::days default_range{30};

std::optional<Refusal> refuse(const ErrorKind& kind, std::string_view field, std::string message) {
    return Refusal{&kind, std::move(message), std::string(field)};
}

std::optional<Refusal> refuse_field(std::string_view field, std::string_view why) {
    return refuse(errors::invalid_body, field,
                  "invalid request body: " + std::string(field) + " " + std::string(why));
}

/// The object that a body must be. Members that nobody knows are left alone, as the contract's own
/// server does.
std::optional<Refusal> parse_object(std::string_view body, json::value& to) {
    auto parsed = parse_json(body);
    if (parsed.has_error()) {
        const JsonError& error = parsed.error();
        std::string message = "invalid request body: ";
        message += sentence_of(error.fault);
        message += " (offset " + std::to_string(error.offset) + ")";
        return refuse(errors::invalid_body, error.pointer, std::move(message));
    }
    if (!parsed->is_object()) {
        return refuse(errors::invalid_body, "", "invalid request body: it must be a JSON object");
    }
    to = std::move(*parsed);
    return std::nullopt;
}

/// A member that must be a string if it is there; null counts as absent.
std::optional<Refusal> take_string(const json::object& object, std::string_view name,
                                   std::optional<std::string_view>& to) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return std::nullopt;
    }
    if (!value->is_string()) {
        return refuse_field(name, "must be a string");
    }
    to = std::string_view(value->get_string());
    return std::nullopt;
}

std::string upper_case(std::string_view text) {
    std::string upper(text);
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return upper;
}

/// All upper or all lower case, as the contract's validator takes it; the upper case if so.
std::optional<std::string> in_one_case(std::string_view text) {
    const bool has_upper =
        std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool has_lower =
        std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    return has_upper && has_lower ? std::nullopt : std::optional(upper_case(text));
}

std::optional<Refusal> parse_report(std::optional<std::string_view> text,
                                    std::optional<exports::ReportType>& to, std::string& name) {
    constexpr std::array known{"MATCHED",
                               "UNMATCHED",
                               "SUMMARY",
                               "VARIANCE",
                               "EXCEPTIONS",
                               "MATCHES",
                               "UNMATCHED_TRANSACTIONS"};
    if (!text) {
        return refuse_field("reportType", "is required");
    }
    const std::optional<std::string> upper = in_one_case(*text);
    if (!upper || std::find(known.begin(), known.end(), *upper) == known.end()) {
        return refuse_field("reportType", "must be one of MATCHED, UNMATCHED, VARIANCE");
    }
    name = *upper;
    if (name == "MATCHED" || name == "MATCHES") {
        to = exports::ReportType::matched;
    } else if (name == "UNMATCHED" || name == "UNMATCHED_TRANSACTIONS") {
        to = exports::ReportType::unmatched;
    } else if (name == "VARIANCE") {
        to = exports::ReportType::variance;
    }
    return std::nullopt;
}

std::optional<Refusal> parse_format(std::optional<std::string_view> text, exports::Format& to) {
    if (!text) {
        return refuse_field("format", "is required");
    }
    const std::optional<std::string> upper = in_one_case(*text);
    for (const exports::Format format :
         {exports::Format::csv, exports::Format::json, exports::Format::xml}) {
        if (upper == exports::name_of(format)) {
            to = format;
            return std::nullopt;
        }
    }
    return refuse_field("format", "must be one of CSV, JSON, XML");
}

std::optional<Refusal> parse_dates(std::optional<std::string_view> from,
                                   std::optional<std::string_view> to, Day today,
                                   exports::Filter& filter) {
    filter.to = today + std::chrono::days(1);
    if (to) {
        const result<Day> day = parse_day(*to);
        if (!day) {
            return refuse(errors::invalid_request, "dateTo",
                          "invalid date_to format: dateTo must be YYYY-MM-DD");
        }
        filter.to = *day;
    }
    filter.from = filter.to - default_range;
    if (from) {
        const result<Day> day = parse_day(*from);
        if (!day) {
            return refuse(errors::invalid_request, "dateFrom",
                          "invalid date_from format: dateFrom must be YYYY-MM-DD");
        }
        filter.from = *day;
    }
    if (filter.from > filter.to) {
        return refuse(errors::invalid_request, "dateFrom",
                      "dateFrom must be before or equal to dateTo");
    }
    if (filter.to - filter.from > range_max) {
        return refuse(errors::invalid_request, "dateFrom",
                      "date range exceeds maximum of 365 days for export jobs");
    }
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> parse_create(std::string_view body, Day today, CreateRequest& to) {
    constexpr std::array<std::string_view, 5> known{"reportType", "format", "dateFrom", "dateTo",
                                                    "sourceId"};
    json::value value;
    if (auto refusal = parse_object(body, value)) {
        return refusal;
    }
    std::array<std::optional<std::string_view>, known.size()> members;
    for (std::size_t at = 0; at < known.size(); ++at) {
        if (auto refusal = take_string(value.get_object(), known[at], members[at])) {
            return refusal;
        }
    }
    std::optional<exports::ReportType> report;
    std::string report_name;
    if (auto refusal = parse_report(members[0], report, report_name)) {
        return refusal;
    }
    if (auto refusal = parse_format(members[1], to.format)) {
        return refusal;
    }
    if (!report) {
        return refuse(errors::invalid_export, "reportType",
                      report_name == "SUMMARY"
                          ? "SUMMARY report type not supported for async export"
                          : "EXCEPTIONS report type is not yet supported for async export");
    }
    to.report = *report;
    if (auto refusal = parse_dates(members[2], members[3], today, to.filter)) {
        return refusal;
    }
    to.filter.source.reset();
    if (members[4]) {
        const result<job::Uuid> source = job::parse_uuid(*members[4]);
        if (!source) {
            return refuse(errors::invalid_request, "sourceId",
                          "invalid source_id: sourceId must be a UUID");
        }
        to.filter.source = *source;
    }
    return std::nullopt;
}

std::optional<Refusal> parse_context(std::string_view body, std::string& name) {
    json::value value;
    if (auto refusal = parse_object(body, value)) {
        return refusal;
    }
    std::optional<std::string_view> text;
    if (auto refusal = take_string(value.get_object(), "name", text)) {
        return refusal;
    }
    if (!text || text->find_first_not_of(' ') == std::string_view::npos) {
        return refuse_field("name", "is required");
    }
    const bool has_control = std::any_of(text->begin(), text->end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (text->size() > exports::context_name_bytes_max || has_control) {
        return refuse_field("name", "must have 1 to 256 bytes and no control characters");
    }
    name = *text;
    return std::nullopt;
}

std::optional<Refusal> parse_list(std::string_view query, ListRequest& to) {
    const auto refuse_parameter = [](std::string_view name, std::string_view why) {
        return refuse(
            errors::invalid_pagination, name,
            "invalid pagination parameters: " + std::string(name) + " " + std::string(why));
    };
    const result<wire::Query> parsed = wire::Query::parse(query);
    if (!parsed) {
        return refuse(errors::invalid_pagination, "",
                      "invalid pagination parameters: the query is malformed");
    }
    for (const std::string_view name : {"limit", "cursor", "status"}) {
        if (parsed->repeated(name)) {
            return refuse_parameter(name, "came more than once");
        }
    }
    if (const auto limit = parsed->value("limit"); limit && !limit->empty()) {
        std::int64_t number = 0;
        const auto [end, error] =
            std::from_chars(limit->data(), limit->data() + limit->size(), number);
        const bool too_long = error == std::errc::result_out_of_range;
        if (end != limit->data() + limit->size() || (error != std::errc() && !too_long)) {
            return refuse_parameter("limit", "must be a whole number");
        }
        if (too_long) {
            number = limit->front() == '-' ? 0 : static_cast<std::int64_t>(limits::list_page_max);
        }
        if (number > 0) {
            to.limit =
                static_cast<std::size_t>(std::min<std::int64_t>(number, limits::list_page_max));
        }
    }
    if (const auto cursor = parsed->value("cursor"); cursor && !cursor->empty()) {
        const result<job::Uuid> after = read_cursor(*cursor);
        if (!after) {
            return refuse_parameter("cursor", "is not a cursor of this list");
        }
        to.after = *after;
    }
    if (const auto status = parsed->value("status"); status && !status->empty()) {
        to.status = exports::phase_named(*status);
        if (!to.status) {
            return refuse(errors::invalid_request, "status",
                          "invalid status: it must be one of QUEUED, RUNNING, SUCCEEDED, FAILED, "
                          "EXPIRED, CANCELED");
        }
    }
    return std::nullopt;
}

}  // namespace belay::export_jobs
