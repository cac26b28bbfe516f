#include "http/families/webhooks/parse.hpp"

#include <algorithm>
#include <charconv>

#include "core/outbox/endpoint.hpp"
#include "core/transfers/decide.hpp"
#include "http/client/url.hpp"
#include "http/drive/export_event.hpp"
#include "http/families/transfers/member_reader.hpp"
#include "http/families/webhooks/settings.hpp"
#include "http/wire/query.hpp"

namespace belay::webhook_api {
namespace {

using transfer_api::BodyReader;
using transfer_api::MemberReader;

bool is_event_name(std::string_view name) {
    const auto has = [name](std::span<const std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    return has(transfers::event_names()) || has(http::export_event_names());
}

std::string_view fault_of_name(std::string_view text) {
    return text.empty() || text.size() > outbox::name_bytes_max ? "must be 1 to 256 bytes" : "";
}

/// The literal addresses and ports are judged here; what a name stands for, at every attempt.
std::string_view fault_of_url(std::string_view text, const UrlRule& rule) {
    if (text.size() > outbox::url_bytes_max) {
        return "must be at most 2048 bytes";
    }
    const result<client::Url> url = client::parse_url(text, rule.allow_http);
    if (!url) {
        return rule.allow_http ? "must be an http or https URL without user and fragment"
                               : "must be an https URL without user and fragment";
    }
    return rule.policy.refusal(*url);
}

void take_types(MemberReader& members, std::optional<std::string>& to) {
    const boost::json::value* value = members.member("eventTypes");
    if (value == nullptr) {
        return;
    }
    if (!value->is_array()) {
        members.fault("eventTypes", "must be an array of event names");
        return;
    }
    std::string types;
    for (const boost::json::value& each : value->get_array()) {
        const bool is_known = each.is_string() && is_event_name(each.get_string());
        if (!is_known) {
            members.fault("eventTypes", "has an element that is no event's name");
            return;
        }
        const std::string line = std::string(each.get_string()) + "\n";
        const bool is_there = types.starts_with(line) || types.find("\n" + line) != types.npos;
        types += is_there ? std::string() : line;
    }
    to = std::move(types);
}

void take_enabled(MemberReader& members, std::optional<bool>& to) {
    const boost::json::value* value = members.member("enabled");
    if (value == nullptr) {
        return;
    }
    if (!value->is_bool()) {
        members.fault("enabled", "must be true or false");
        return;
    }
    to = value->get_bool();
}

void take_number(const wire::Query& query, std::string_view name, std::size_t least,
                 std::size_t most, std::size_t& to, Details& faults) {
    const auto text = query.value(name);
    if (!text) {
        return;
    }
    std::size_t number = 0;
    const char* end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < least || number > most) {
        faults.add(
            Place::query_params, name,
            "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
        return;
    }
    to = number;
}

}  // namespace

std::optional<Refusal> parse_webhook(std::string_view body, bool is_whole, const UrlRule& rule,
                                     WebhookRequest& to) {
    BodyReader reader(body);
    if (!reader.is_object()) {
        return reader.refusal();
    }
    MemberReader members = reader.members();
    const MemberReader::TextRule text_rule{.is_required = is_whole};
    std::string name = members.text("name", text_rule, fault_of_name);
    std::string url = members.text("endpointUrl", text_rule,
                                   [&](std::string_view text) { return fault_of_url(text, rule); });
    if (!name.empty()) {
        to.name = std::move(name);
    }
    if (!url.empty()) {
        to.url = std::move(url);
    }
    take_enabled(members, to.is_enabled);
    take_types(members, to.event_types);
    return reader.refusal();
}

std::optional<Refusal> parse_rotation(std::string_view body, Milliseconds& overlap) {
    overlap = overlap_default;
    if (body.empty()) {
        return std::nullopt;
    }
    BodyReader reader(body);
    if (!reader.is_object()) {
        return reader.refusal();
    }
    MemberReader members = reader.members();
    if (const boost::json::value* value = members.member("overlapSeconds")) {
        const auto most = std::chrono::duration_cast<std::chrono::seconds>(overlap_max).count();
        if (value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= most) {
            overlap = std::chrono::seconds(value->get_int64());
        } else {
            members.fault("overlapSeconds", "must be a whole number from 0 to 604800");
        }
    }
    return reader.refusal();
}

std::optional<Refusal> parse_page(std::string_view text, PageRequest& to) {
    Refusal refusal{&errors::invalid_input};
    const result<wire::Query> query = wire::Query::parse(text);
    if (!query) {
        refusal.message = "The query string cannot be read.";
        return refusal;
    }
    take_number(*query, "limit", 1, page_max, to.limit, refusal.details);
    take_number(*query, "offset", 0, offset_max, to.offset, refusal.details);
    return refusal.details.empty() ? std::nullopt : std::optional(std::move(refusal));
}

}  // namespace belay::webhook_api
