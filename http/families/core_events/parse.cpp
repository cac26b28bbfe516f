#include "http/families/core_events/parse.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "core/json/json.hpp"
#include "core/outbox/endpoint.hpp"
#include "http/client/url.hpp"
#include "http/wire/json_writer.hpp"
#include "http/wire/query.hpp"

namespace belay::core_events {
namespace {

namespace json = boost::json;
using v2::invalid;
using v2::Refusal;

constexpr std::string_view type_wanted = "webhook_endpoint";
constexpr std::string_view secret_name = "webhook_endpoint.signing_secret";
constexpr std::string_view url_name = "webhook_endpoint.url";

constexpr std::size_t metadata_pairs_max = 50;
constexpr std::size_t metadata_key_bytes_max = 40;
constexpr std::size_t metadata_value_bytes_max = 500;

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

std::optional<Refusal> refuse_unknown(const json::object& object, std::string_view prefix,
                                      std::span<const std::string_view> known) {
    for (const auto& member : object) {
        const std::string_view name = member.key();
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const std::string whole = std::string(prefix) + std::string(name);
            return invalid(whole, "Received unknown parameter: " + whole);
        }
    }
    return std::nullopt;
}

/// Null for a member that is absent, or null itself.
const json::value* find(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

Refusal missing(std::string_view name) {
    return invalid(name, "Missing required parameter: " + std::string(name));
}

/// A text of at most `bytes_max`; of what is required not an empty one.
std::optional<Refusal> take_text(const json::object& body, std::string_view name, bool is_required,
                                 std::size_t bytes_max, std::optional<std::string>& to) {
    const json::value* value = find(body, name);
    if (value == nullptr) {
        return is_required ? std::optional(missing(name)) : std::nullopt;
    }
    if (!value->is_string()) {
        return invalid(name, std::string(name) + " must be a string.");
    }
    const std::string_view text = value->get_string();
    if (text.size() > bytes_max) {
        return invalid(name, std::string(name) + " can be at most " + std::to_string(bytes_max) +
                                 " bytes long.");
    }
    to = text;
    return std::nullopt;
}

std::optional<Refusal> take_name(const json::object& body, bool is_required,
                                 DestinationRequest& to) {
    if (auto refusal = take_text(body, "name", is_required, outbox::name_bytes_max, to.name)) {
        return refusal;
    }
    if (to.name && to.name->empty()) {
        return invalid("name", "name must not be empty.");
    }
    return take_text(body, "description", false, outbox::description_bytes_max, to.description);
}

/// The literal addresses and ports are judged here; what a name stands for, at every attempt.
std::string judge_url(std::string_view text, const UrlRule& rule) {
    const result<client::Url> url = client::parse_url(text, rule.allow_http);
    if (!url) {
        return rule.allow_http ? "must be an http or https URL without user and fragment."
                               : "must be an https URL without user and fragment.";
    }
    const std::string_view refusal = rule.policy.refusal(*url);
    return refusal.empty() ? std::string() : std::string(refusal) + ".";
}

std::optional<Refusal> take_endpoint(const json::object& body, bool is_required,
                                     const UrlRule& rule, DestinationRequest& to) {
    const json::value* value = find(body, type_wanted);
    if (value == nullptr) {
        return is_required ? std::optional(missing(url_name)) : std::nullopt;
    }
    const json::object* endpoint = value->if_object();
    if (endpoint == nullptr) {
        return invalid(type_wanted, "webhook_endpoint must be an object.");
    }
    constexpr std::array<std::string_view, 1> known{"url"};
    if (auto refusal = refuse_unknown(*endpoint, "webhook_endpoint.", known)) {
        return refusal;
    }
    const json::value* url = find(*endpoint, "url");
    if (url == nullptr) {
        return missing(url_name);
    }
    if (!url->is_string()) {
        return invalid(url_name, "webhook_endpoint.url must be a string.");
    }
    const std::string_view text = url->get_string();
    const std::string fault = text.size() > outbox::url_bytes_max
                                  ? "can be at most 2048 bytes long."
                                  : judge_url(text, rule);
    if (!fault.empty()) {
        return invalid(url_name, "webhook_endpoint.url " + fault);
    }
    to.url = text;
    return std::nullopt;
}

std::optional<Refusal> take_types(const json::object& body, bool is_required,
                                  DestinationRequest& to) {
    constexpr std::string_view name = "enabled_events";
    const json::value* value = find(body, name);
    if (value == nullptr) {
        return is_required ? std::optional(missing(name)) : std::nullopt;
    }
    if (!value->is_array() || value->get_array().empty()) {
        return invalid(name, "enabled_events must be an array of at least one event type.");
    }
    std::string types;
    bool has_all = false;
    for (const json::value& each : value->get_array()) {
        if (!each.is_string()) {
            return invalid(name, "enabled_events must be an array of strings.");
        }
        const std::string_view type = each.get_string();
        if (type == "*") {
            has_all = true;
            continue;
        }
        if (!batches::event_type_of(type)) {
            return invalid(name, "There is no event type " + std::string(type.substr(0, 100)) +
                                     "; batch jobs have v2.core.batch_job.* events.");
        }
        const std::string line = std::string(type) + "\n";
        const bool is_there = types.starts_with(line) || types.find("\n" + line) != types.npos;
        types += is_there ? std::string() : line;
    }
    to.event_types = has_all ? std::string() : std::move(types);
    return std::nullopt;
}

std::optional<Refusal> take_metadata(const json::object& body, DestinationRequest& to) {
    const json::value* value = find(body, "metadata");
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_object()) {
        return invalid("metadata", "metadata must be an object.");
    }
    to.metadata = *value;
    return std::nullopt;
}

std::optional<Refusal> take_included(std::string_view name, bool is_create, Included& to) {
    if (name == url_name) {
        to.url = true;
        return std::nullopt;
    }
    if (name == secret_name && is_create) {
        to.secret = true;
        return std::nullopt;
    }
    return invalid("include", name == secret_name
                                  ? "The signing secret can be included at creation only."
                                  : "include can only name webhook_endpoint.url and, at creation, "
                                    "webhook_endpoint.signing_secret.");
}

std::optional<Refusal> take_include(const json::object& body, bool is_create, Included& to) {
    const json::value* value = find(body, "include");
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_array()) {
        return invalid("include", "include must be an array of strings.");
    }
    for (const json::value& each : value->get_array()) {
        if (!each.is_string()) {
            return invalid("include", "include must be an array of strings.");
        }
        if (auto refusal = take_included(each.get_string(), is_create, to)) {
            return refusal;
        }
    }
    return std::nullopt;
}

std::string_view text_of(const json::value* value) noexcept {
    return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view();
}

/// What of a create only one value is taken for.
std::optional<Refusal> check_kind(const json::object& body) {
    const json::value* payload = find(body, "event_payload");
    if (payload == nullptr) {
        return missing("event_payload");
    }
    if (text_of(payload) != "thin") {
        return invalid("event_payload",
                       "event_payload must be thin: events of batch jobs have no snapshots.");
    }
    const json::value* type = find(body, "type");
    if (type == nullptr) {
        return missing("type");
    }
    if (text_of(type) != type_wanted) {
        return invalid("type",
                       "type must be webhook_endpoint: this server sends events nowhere "
                       "else.");
    }
    if (find(body, "snapshot_api_version") != nullptr) {
        return invalid("snapshot_api_version",
                       "snapshot_api_version goes with event_payload snapshot alone.");
    }
    const json::value* from = find(body, "events_from");
    const json::array* all = from == nullptr ? nullptr : from->if_array();
    const auto is_self = [](const json::value& each) {
        return text_of(&each) == "@self" || text_of(&each) == "self";
    };
    if (from != nullptr &&
        (all == nullptr || all->empty() || !std::all_of(all->begin(), all->end(), is_self))) {
        return invalid("events_from", "events_from must be [\"@self\"].");
    }
    return std::nullopt;
}

/// What a create and a change have in common.
std::optional<Refusal> take_members(const json::object& body, bool is_create, const UrlRule& rule,
                                    DestinationRequest& to) {
    if (auto refusal = take_name(body, is_create, to)) {
        return refusal;
    }
    if (auto refusal = take_types(body, is_create, to)) {
        return refusal;
    }
    if (auto refusal = take_endpoint(body, is_create, rule, to)) {
        return refusal;
    }
    if (auto refusal = take_metadata(body, to)) {
        return refusal;
    }
    return take_include(body, is_create, to.included);
}

std::optional<Refusal> judge_pair(std::string_view key, const json::value& value) {
    const std::string param = "metadata." + std::string(key.substr(0, metadata_key_bytes_max));
    if (key.empty() || key.size() > metadata_key_bytes_max) {
        return invalid(param, "Metadata keys must be 1 to 40 bytes long.");
    }
    if (value.is_null()) {
        return std::nullopt;
    }
    if (!value.is_string()) {
        return invalid(param, "Metadata values must be strings.");
    }
    if (value.get_string().size() > metadata_value_bytes_max) {
        return invalid(param, "Metadata values can be at most 500 bytes long.");
    }
    return std::nullopt;
}

}  // namespace

std::optional<Refusal> parse_create(std::string_view body, const UrlRule& rule,
                                    DestinationRequest& to) {
    json::value parsed;
    if (auto refusal = parse_object(body, parsed)) {
        return refusal;
    }
    const json::object& object = parsed.get_object();
    constexpr std::array<std::string_view, 12> known{"description",
                                                     "enabled_events",
                                                     "event_payload",
                                                     "events_from",
                                                     "include",
                                                     "metadata",
                                                     "name",
                                                     "snapshot_api_version",
                                                     "type",
                                                     type_wanted,
                                                     "amazon_eventbridge",
                                                     "azure_event_grid"};
    if (auto refusal = refuse_unknown(object, {}, known)) {
        return refusal;
    }
    if (auto refusal = check_kind(object)) {
        return refusal;
    }
    return take_members(object, true, rule, to);
}

std::optional<Refusal> parse_change(std::string_view body, const UrlRule& rule,
                                    DestinationRequest& to) {
    json::value parsed;
    if (auto refusal = parse_object(body.empty() ? std::string_view("{}") : body, parsed)) {
        return refusal;
    }
    const json::object& object = parsed.get_object();
    constexpr std::array<std::string_view, 6> known{"description", "enabled_events", "include",
                                                    "metadata",    "name",           type_wanted};
    if (auto refusal = refuse_unknown(object, {}, known)) {
        return refusal;
    }
    return take_members(object, false, rule, to);
}

std::optional<Refusal> parse_nothing(std::string_view body) {
    if (body.empty()) {
        return std::nullopt;
    }
    json::value parsed;
    if (auto refusal = parse_object(body, parsed)) {
        return refusal;
    }
    return refuse_unknown(parsed.get_object(), {}, {});
}

std::optional<Refusal> change_metadata(std::string_view present, const json::value& change,
                                       std::string& to) {
    json::object whole;
    if (!present.empty()) {
        auto parsed = parse_json(present);
        if (parsed.has_value() && parsed->is_object()) {
            whole = parsed->get_object();
        }
    }
    if (change.is_object()) {
        for (const auto& member : change.get_object()) {
            if (auto refusal = judge_pair(member.key(), member.value())) {
                return refusal;
            }
            if (member.value().is_null()) {
                whole.erase(member.key());
            } else {
                whole[member.key()] = member.value();
            }
        }
    }
    if (whole.size() > metadata_pairs_max) {
        return invalid("metadata", "metadata can have at most 50 keys.");
    }
    if (!whole.empty()) {
        wire::JsonWriter(to).value(whole);
    }
    if (to.size() > outbox::endpoint_metadata_bytes_max) {
        return invalid("metadata", "metadata can be at most 16 KiB as JSON.");
    }
    return std::nullopt;
}

std::optional<Refusal> parse_include(std::string_view query, Included& to) {
    const result<wire::Query> parsed = wire::Query::parse(query);
    if (!parsed) {
        return invalid({}, "The query string cannot be read.");
    }
    for (const wire::QueryParameter& each : parsed->parameters()) {
        if (!is_element_of(each.name, "include")) {
            return invalid(each.name, "Received unknown parameter: " + each.name);
        }
        if (auto refusal = take_included(each.value, false, to)) {
            return refusal;
        }
    }
    return std::nullopt;
}

}  // namespace belay::core_events
