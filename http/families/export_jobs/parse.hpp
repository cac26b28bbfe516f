// What the export family reads out of requests: bodies, ids, list parameters (exports.md 1.2, 1.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/exports/phase.hpp"
#include "core/exports/report_type.hpp"
#include "core/job/ids.hpp"
#include "http/families/export_jobs/errors.hpp"

namespace belay::export_jobs {

/// Why a request is refused: the kind, a message that names the field, and the field itself.
struct Refusal {
    const ErrorKind* kind = nullptr;
    std::string message;
    std::string field;
};

struct CreateRequest {
    exports::ReportType report = exports::ReportType::matched;
    exports::Format format = exports::Format::csv;
    exports::Filter filter;
};

/// The body of a create; the checks of exports.md 1.2 in their order. `today` gives the defaults
/// of the dates.
std::optional<Refusal> parse_create(std::string_view body, Day today, CreateRequest& to);

/// The body of a context's creation: {"name": 1 to context_name_bytes_max bytes}.
std::optional<Refusal> parse_context(std::string_view body, std::string& name);

struct ListRequest {
    std::size_t limit = 20;
    std::optional<job::Uuid> after;
    std::optional<exports::Phase> status;
};

/// limit, cursor, status. Other parameters are none of ours and are left alone.
std::optional<Refusal> parse_list(std::string_view query, ListRequest& to);

}  // namespace belay::export_jobs
