#include "core/batches/row.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/base/json_text.hpp"
#include "core/base/utf8.hpp"
#include "core/json/json.hpp"

namespace belay::batches {
namespace {

constexpr std::array<std::string_view, 5> members{"id", "path_params", "params", "context",
                                                  "stripe_version"};
constexpr std::size_t path_value_bytes_max = 512;
/// They become fields of a request.
constexpr std::size_t field_bytes_max = 256;

bool is_id_character(char character) noexcept {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_' || character == '-';
}

bool is_field(std::string_view text) noexcept {
    return text.size() <= field_bytes_max && std::all_of(text.begin(), text.end(), [](char each) {
               return each > ' ' && each < '\x7F';
           });
}

bool is_row_id(std::string_view id) noexcept {
    return !id.empty() && id.size() <= row_id_bytes_max &&
           std::all_of(id.begin(), id.end(), is_id_character);
}

const boost::json::value* member(const boost::json::object& object, std::string_view name) {
    const boost::json::value* found = object.if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

RowError error(RowFault fault, std::string message, const Row& row = {}) {
    return {fault, std::move(message), row.id};
}

boost::system::result<void, RowError> take_id(const boost::json::object& object, Row& row) {
    const boost::json::value* id = member(object, "id");
    if (id == nullptr) {
        return error(RowFault::id_missing, "the row has no id");
    }
    if (!id->is_string() || !is_row_id(id->get_string())) {
        return error(RowFault::id_malformed,
                     "the row's id is not a string of 1 to 64 characters of A-Z a-z 0-9 _ -");
    }
    row.id = id->get_string();
    return {};
}

boost::system::result<void, RowError> take_path_params(const boost::json::object& object,
                                                       const PathTemplate& path, Row& row) {
    const boost::json::value* params = member(object, "path_params");
    const std::size_t places = path.place_count();
    if (params == nullptr) {
        if (places == 0) {
            return {};
        }
        return error(RowFault::path_params_missing,
                     "the row has no path_params, and the batch's path has places to fill", row);
    }
    if (!params->is_object()) {
        return error(RowFault::path_params_mismatched, "path_params is not an object", row);
    }
    const boost::json::object& given = params->get_object();
    if (places == 0 && !given.empty()) {
        return error(RowFault::path_params_unexpected,
                     "the row has path_params, and the batch's path has no place to fill", row);
    }
    for (const PathTemplate::Segment& segment : path.segments()) {
        if (!segment.is_place) {
            continue;
        }
        const boost::json::value* value = member(given, segment.text);
        if (value == nullptr || !value->is_string() || !is_path_value(value->get_string()) ||
            value->get_string().size() > path_value_bytes_max) {
            return error(RowFault::path_params_mismatched,
                         "path_params has no text of 1 to 512 bytes for the place " +
                             std::string(segment.text),
                         row);
        }
        row.path_params.emplace_back(segment.text, std::string_view(value->get_string()));
    }
    if (given.size() != places) {
        return error(RowFault::path_params_mismatched,
                     "path_params has members that are no places of the batch's path", row);
    }
    return {};
}

boost::system::result<void, RowError> take_text(const boost::json::object& object,
                                                std::string_view name, RowFault fault,
                                                std::string& to, const Row& row) {
    const boost::json::value* text = member(object, name);
    if (text == nullptr) {
        return {};
    }
    if (!text->is_string() || !is_field(text->get_string())) {
        return error(fault, std::string(name) + " is not at most 256 visible characters of ASCII",
                     row);
    }
    to = text->get_string();
    return {};
}

}  // namespace

std::string_view Row::path_param(std::string_view name) const noexcept {
    const auto found = std::find_if(path_params.begin(), path_params.end(),
                                    [&](const auto& each) { return each.first == name; });
    return found == path_params.end() ? std::string_view() : found->second;
}

std::string_view code_of(RowFault fault) noexcept {
    switch (fault) {
        case RowFault::not_utf8:
            return "invalid_encoding";
        case RowFault::too_long:
            return "row_too_long";
        case RowFault::not_json:
        case RowFault::not_an_object:
            return "invalid_json";
        case RowFault::unknown_member:
            return "parameter_unknown";
        case RowFault::id_missing:
            return "missing_id";
        case RowFault::id_malformed:
            return "invalid_id";
        case RowFault::id_repeated:
            return "duplicate_id";
        case RowFault::no_rows:
            return "empty_file";
        case RowFault::path_params_missing:
            return "missing_path_params";
        case RowFault::path_params_unexpected:
        case RowFault::path_params_mismatched:
            return "invalid_path_params";
        case RowFault::params_malformed:
            return "invalid_params";
        case RowFault::context_malformed:
            return "invalid_context";
        case RowFault::version_malformed:
            return "invalid_stripe_version";
    }
    return {};
}

boost::system::result<Row, RowError> read_row(std::string_view line, const PathTemplate& path) {
    if (line.size() > line_bytes_max) {
        return error(RowFault::too_long, "the line is longer than 1 MiB");
    }
    if (!is_valid_utf8(line)) {
        return error(RowFault::not_utf8, "the line is not UTF-8");
    }
    const auto parsed = parse_json(line);
    if (!parsed) {
        return error(RowFault::not_json,
                     "the line is not JSON: " + std::string(sentence_of(parsed.error().fault)));
    }
    if (!parsed->is_object()) {
        return error(RowFault::not_an_object, "the line is not a JSON object");
    }
    const boost::json::object& object = parsed->get_object();
    Row row;
    if (auto taken = take_id(object, row); !taken) {
        return taken.error();
    }
    for (const auto& each : object) {
        if (std::find(members.begin(), members.end(), std::string_view(each.key())) ==
            members.end()) {
            return error(RowFault::unknown_member, "the row has a member that no row has", row);
        }
    }
    if (auto taken = take_path_params(object, path, row); !taken) {
        return taken.error();
    }
    if (const boost::json::value* params = member(object, "params")) {
        if (!params->is_object()) {
            return error(RowFault::params_malformed, "params is not an object", row);
        }
        row.params = *params;
    }
    if (auto taken = take_text(object, "context", RowFault::context_malformed, row.context, row);
        !taken) {
        return taken.error();
    }
    if (auto taken = take_text(object, "stripe_version", RowFault::version_malformed,
                               row.stripe_version, row);
        !taken) {
        return taken.error();
    }
    return row;
}

RefusedRow repeated(std::uint64_t line, std::string_view id, std::uint64_t first_line) {
    return {
        line,
        {RowFault::id_repeated,
         "the row has the id of the one in line " + std::to_string(first_line), std::string(id)}};
}

void throw_exception_from_error(const RowError& error, const boost::source_location&) {
    throw std::runtime_error(error.message);
}

void append_output_line(std::string_view id, std::string_view response, int status,
                        std::string& to) {
    to += R"({"id":)";
    if (id.empty()) {
        to += "null";
    } else {
        append_json_string(to, id);
    }
    to += R"(,"response":)";
    to += response;
    to += R"(,"status":)";
    to += std::to_string(status);
    to += "}\n";
}

std::string error_response(std::string_view code, std::string_view message) {
    std::string made = R"({"error":{"message":)";
    append_json_string(made, message);
    made += R"(,"type":"invalid_request_error","code":)";
    append_json_string(made, code);
    made += "}}";
    return made;
}

void append_refused_line(const RefusedRow& row, std::string& to) {
    const std::string message = "line " + std::to_string(row.line) + ": " + row.error.message;
    append_output_line(row.error.id, error_response(code_of(row.error.fault), message), 400, to);
}

}  // namespace belay::batches
