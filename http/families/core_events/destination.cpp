#include "http/families/core_events/destination.hpp"

#include "core/batches/event.hpp"

namespace belay::core_events {
namespace {

std::string_view reason_of(outbox::Disabled disabled) noexcept {
    return disabled == outbox::Disabled::by_receiver ? "endpoint_gone" : "user";
}

void render_types(std::string_view types, wire::JsonWriter& json) {
    json.name("enabled_events").begin_array();
    if (types.empty()) {
        json.string("*");
    }
    while (!types.empty()) {
        const std::size_t end = types.find('\n');
        json.string(types.substr(0, end));
        types.remove_prefix(end == std::string_view::npos ? types.size() : end + 1);
    }
    json.end_array();
}

void text_or_null(std::string_view name, std::string_view text, bool is_shown,
                  wire::JsonWriter& json) {
    if (is_shown) {
        json.member(name, text);
    } else {
        json.null_member(name);
    }
}

}  // namespace

std::optional<job::Uuid> read_destination_id(http::Exchange& exchange, const Owner& owner) {
    const result<batches::ModeId> id = batches::parse_destination_id(exchange.parameter("id"));
    return id && id->is_live == owner.is_live ? std::optional(id->id) : std::nullopt;
}

std::optional<outbox::Endpoint> destination_in(const std::optional<store::RecordView>& record,
                                               const Owner& owner) {
    const result<outbox::Endpoint> endpoint = record ? outbox::decode_endpoint(record->value)
                                                     : result<outbox::Endpoint>(Error::not_found);
    const bool is_own = endpoint && endpoint->style == outbox::Style::stripe &&
                        endpoint->tenant == owner.tenant && endpoint->is_live == owner.is_live;
    return is_own ? std::optional(*endpoint) : std::nullopt;
}

void render_destination(const job::Uuid& id, const outbox::Endpoint& endpoint,
                        const Included& included, wire::JsonWriter& json) {
    json.begin_object();
    json.member("id", batches::format_destination_id({id, endpoint.is_live}));
    json.member("object", "v2.core.event_destination");
    json.member("created", format_rfc3339_milliseconds(job::time_of(id)));
    json.member("description", endpoint.description);
    render_types(endpoint.event_types, json);
    json.member("event_payload", "thin");
    json.name("events_from").begin_array().string("@self").end_array();
    json.member("livemode", endpoint.is_live);
    json.name("metadata")
        .raw(endpoint.metadata.empty() ? std::string_view("{}") : endpoint.metadata);
    json.member("name", endpoint.name);
    json.null_member("snapshot_api_version");
    json.member("status", endpoint.is_enabled ? "enabled" : "disabled");
    if (endpoint.is_enabled) {
        json.null_member("status_details");
    } else {
        json.name("status_details").begin_object().name("disabled").begin_object();
        json.member("reason", reason_of(endpoint.disabled)).end_object().end_object();
    }
    json.member("type", "webhook_endpoint");
    json.member("updated", format_rfc3339_milliseconds(endpoint.updated));
    json.name("webhook_endpoint").begin_object();
    text_or_null("signing_secret", endpoint.secret, included.secret, json);
    text_or_null("url", endpoint.url, included.url, json);
    json.end_object().end_object();
}

bool show_destination(store::Lane& lane, const job::Uuid& id, const Owner& owner,
                      const Included& included, std::string& to) {
    bool found = false;
    lane.read({outbox::endpoint_kind, id}, [&](const store::RecordView& record) {
        if (const auto endpoint = destination_in(record, owner)) {
            wire::JsonWriter json(to);
            render_destination(id, *endpoint, included, json);
            found = true;
        }
    });
    return found;
}

int DestinationWrite::put(store::Draft& draft, std::size_t subject,
                          const outbox::Endpoint& endpoint, std::string& body) {
    value_.clear();
    outbox::encode(endpoint, value_);
    draft.put(subject, as_byte_span(value_));
    wire::JsonWriter json(body);
    render_destination(object(), endpoint, included_, json);
    return 200;
}

bool DestinationWrite::render_now(const job::Uuid& id, std::string& body) {
    return show_destination(shard().lane, id, owner_, included_, body);
}

}  // namespace belay::core_events
