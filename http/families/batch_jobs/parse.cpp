#include "http/families/batch_jobs/parse.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <boost/json/value.hpp>

#include "core/json/json.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::batch_jobs {
namespace {

namespace json = boost::json;
using v2::invalid;
using v2::Refusal;

constexpr std::size_t metadata_pairs_max = 50;
constexpr std::size_t metadata_key_characters_max = 40;
constexpr std::size_t metadata_value_characters_max = 500;
constexpr std::int64_t rows_per_second_max = 100;
constexpr std::size_t unknown_named_max = 5;

/// From this day on rows may be sent with DELETE.
constexpr Day delete_from = std::chrono::year(2026) / std::chrono::April / std::chrono::day(22);

std::optional<Refusal> parse_object(std::string_view body, json::value& to) {
    auto parsed = parse_json(body);
    if (parsed.has_error()) {
        const JsonError& error = parsed.error();
        std::string message = "The body is not valid JSON: ";
        message += sentence_of(error.fault);
        message += " (offset " + std::to_string(error.offset) + ")";
        return invalid({}, std::move(message));
    }
    if (!parsed->is_object()) {
        return invalid({}, "The body must be a JSON object.");
    }
    to = std::move(*parsed);
    return std::nullopt;
}

/// Refuses members besides those named. `prefix` is "endpoint." or empty.
std::optional<Refusal> refuse_unknown(const json::object& object, std::string_view prefix,
                                      std::span<const std::string_view> known) {
    std::string first;
    std::string names;
    std::size_t count = 0;
    for (const auto& member : object) {
        const std::string_view name = member.key();
        if (std::find(known.begin(), known.end(), name) != known.end()) {
            continue;
        }
        ++count;
        const std::string whole = std::string(prefix) + std::string(name);
        if (count == 1) {
            first = whole;
        }
        if (count <= unknown_named_max) {
            names += (count == 1 ? "" : ", ") + whole;
        }
    }
    if (count == 0) {
        return std::nullopt;
    }
    std::string message =
        count == 1 ? "Received unknown parameter: " : "Received unknown parameters: ";
    message += names;
    if (count > unknown_named_max) {
        message += " and " + std::to_string(count - unknown_named_max) + " more";
    }
    return invalid(first, std::move(message));
}

/// Of valid UTF-8, which a parsed text is.
std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

/// Null for a member that is absent, or null itself.
const json::value* find(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<Refusal> take_endpoint(const json::object& body, const v2::ApiVersion& version,
                                     CreateRequest& to) {
    const json::value* value = find(body, "endpoint");
    if (value == nullptr) {
        return invalid("endpoint", "Missing required parameter: endpoint");
    }
    const json::object* endpoint = value->if_object();
    if (endpoint == nullptr) {
        return invalid("endpoint", "endpoint must be an object.");
    }
    constexpr std::array<std::string_view, 2> known{"path", "http_method"};
    if (auto refusal = refuse_unknown(*endpoint, "endpoint.", known)) {
        return refusal;
    }
    const json::value* path = find(*endpoint, "path");
    if (path == nullptr) {
        return invalid("endpoint.path", "Missing required parameter: endpoint.path");
    }
    if (!path->is_string()) {
        return invalid("endpoint.path", "endpoint.path must be a string.");
    }
    const json::value* method = find(*endpoint, "http_method");
    if (method == nullptr) {
        return invalid("endpoint.http_method", "Missing required parameter: endpoint.http_method");
    }
    const bool takes_delete = version.is_from(delete_from);
    const std::string_view name =
        method->is_string() ? std::string_view(method->get_string()) : std::string_view();
    if (name != "post" && !(takes_delete && name == "delete")) {
        return invalid("endpoint.http_method",
                       takes_delete ? "endpoint.http_method must be one of: post, delete."
                                    : "endpoint.http_method must be post in this version.");
    }
    to.path = path->get_string();
    to.method = name == "post" ? batches::Method::post : batches::Method::del;
    return std::nullopt;
}

std::optional<Refusal> take_maximum_rps(const json::object& body, const v2::ApiVersion& version,
                                        CreateRequest& to) {
    if (version.is_from(paced_by_the_server_from)) {
        // Even if it is null: there is no such parameter.
        return body.contains("maximum_rps")
                   ? std::optional(
                         invalid("maximum_rps",
                                 "Received unknown parameter: maximum_rps (removed in 2026-06-24)"))
                   : std::nullopt;
    }
    to.rows_per_second = default_rows_per_second;
    const json::value* value = find(body, "maximum_rps");
    if (value == nullptr) {
        return std::nullopt;
    }
    const std::int64_t* number = value->if_int64();
    if (number == nullptr || *number < 1 || *number > rows_per_second_max) {
        return invalid("maximum_rps", "maximum_rps must be an integer from 1 to 100.");
    }
    to.rows_per_second = static_cast<std::uint16_t>(*number);
    return std::nullopt;
}

std::optional<Refusal> take_skip_validation(const json::object& body, CreateRequest& to) {
    const json::value* value = find(body, "skip_validation");
    if (value != nullptr && !value->is_bool()) {
        return invalid("skip_validation", "skip_validation must be a boolean.");
    }
    to.skips_validation = value != nullptr && value->get_bool();
    return std::nullopt;
}

std::optional<Refusal> take_suppression(const json::object& body, CreateRequest& to) {
    const json::value* value = find(body, "notification_suppression");
    if (value == nullptr) {
        return std::nullopt;
    }
    const json::object* suppression = value->if_object();
    if (suppression == nullptr) {
        return invalid("notification_suppression", "notification_suppression must be an object.");
    }
    constexpr std::array<std::string_view, 1> known{"scope"};
    if (auto refusal = refuse_unknown(*suppression, "notification_suppression.", known)) {
        return refusal;
    }
    constexpr std::string_view scope_name = "notification_suppression.scope";
    const json::value* scope = find(*suppression, "scope");
    if (scope == nullptr) {
        return invalid(scope_name, "Missing required parameter: notification_suppression.scope");
    }
    const std::string_view name =
        scope->is_string() ? std::string_view(scope->get_string()) : std::string_view();
    if (name != "all" && name != "none") {
        return invalid(scope_name, "notification_suppression.scope must be one of: all, none.");
    }
    to.suppresses_events = name == "all";
    return std::nullopt;
}

std::optional<Refusal> take_metadata(const json::object& body, CreateRequest& to) {
    const json::value* value = find(body, "metadata");
    if (value == nullptr) {
        return std::nullopt;
    }
    const json::object* metadata = value->if_object();
    if (metadata == nullptr) {
        return invalid("metadata", "metadata must be an object.");
    }
    if (metadata->size() > metadata_pairs_max) {
        return invalid("metadata", "metadata can have at most 50 keys.");
    }
    for (const auto& member : *metadata) {
        const std::string_view key = member.key();
        const std::string param = "metadata." + std::string(key);
        if (key.empty() || characters_of(key) > metadata_key_characters_max) {
            return invalid(param, "Metadata keys must be 1 to 40 characters long.");
        }
        if (!member.value().is_string()) {
            return invalid(param, "Metadata values must be strings.");
        }
        if (characters_of(member.value().get_string()) > metadata_value_characters_max) {
            return invalid(param, "Metadata values can be at most 500 characters long.");
        }
    }
    if (!metadata->empty()) {
        wire::JsonWriter(to.metadata).value(*value);
    }
    if (to.metadata.size() > batches::metadata_bytes_max) {
        return invalid("metadata", "metadata can be at most 28 KiB as JSON in UTF-8.");
    }
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> parse_create(std::string_view body, const v2::ApiVersion& version,
                                    CreateRequest& to) {
    json::value parsed;
    if (auto refusal = parse_object(body, parsed)) {
        return refusal;
    }
    const json::object& object = parsed.get_object();
    constexpr std::array<std::string_view, 5> known{"endpoint", "maximum_rps", "metadata",
                                                    "notification_suppression", "skip_validation"};
    if (auto refusal = refuse_unknown(object, {}, known)) {
        return refusal;
    }
    if (auto refusal = take_maximum_rps(object, version, to)) {
        return refusal;
    }
    if (auto refusal = take_endpoint(object, version, to)) {
        return refusal;
    }
    if (auto refusal = take_metadata(object, to)) {
        return refusal;
    }
    if (auto refusal = take_skip_validation(object, to)) {
        return refusal;
    }
    return take_suppression(object, to);
}

std::optional<Refusal> parse_cancel(std::string_view body) {
    if (body.empty() || body == "{}") {
        return std::nullopt;
    }
    json::value parsed;
    if (auto refusal = parse_object(body, parsed)) {
        return refusal;
    }
    return refuse_unknown(parsed.get_object(), {}, {});
}

}  // namespace belay::batch_jobs
