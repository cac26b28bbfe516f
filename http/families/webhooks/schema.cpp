// What the store is to know of endpoints, events, dead letters and delivery logs: their lists, and
// how to print them.
#include "core/outbox/delivery_log.hpp"
#include "core/outbox/endpoint.hpp"
#include "core/outbox/event.hpp"
#include "http/families/webhooks/family.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::webhook_api {
namespace {

void lists_of_endpoint(ByteSpan value, store::Memberships& to) {
    if (const result<outbox::Endpoint> endpoint = outbox::decode_endpoint(value)) {
        const bool is_webhook = endpoint->style == outbox::Style::belay;
        to.add({is_webhook ? outbox::endpoints_of_tenant : outbox::destinations_of_tenant,
                endpoint->tenant});
    }
}

void lists_of_event(ByteSpan value, store::Memberships& to) {
    if (const result<outbox::Event> event = outbox::decode_event(value)) {
        to.add({outbox::events_of_subject, event->subject.id});
    }
}

void lists_of_letter(ByteSpan value, store::Memberships& to) {
    if (const result<outbox::DeadLetter> letter = outbox::decode_dead_letter(value)) {
        to.add({outbox::dead_letters_of_tenant, letter->tenant});
    }
}

/// Of a delivery log and of a roster, which are found by the id of whose they are.
void lists_of_none(ByteSpan, store::Memberships&) {}

/// Secrets are not printed.
void print_endpoint(ByteSpan value, std::string& to) {
    const result<outbox::Endpoint> endpoint = outbox::decode_endpoint(value);
    if (!endpoint) {
        to += "not an endpoint";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(endpoint->tenant));
    json.member("name", endpoint->name).member("url", endpoint->url);
    json.member("enabled", endpoint->is_enabled);
    if (endpoint->style == outbox::Style::stripe) {
        json.member("style", "stripe").member("livemode", endpoint->is_live);
    }
    json.end_object();
}

void print_event(ByteSpan value, std::string& to) {
    const result<outbox::Event> event = outbox::decode_event(value);
    if (!event) {
        to += "not an event";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(event->tenant));
    json.member("subject", job::format_uuid(event->subject.id)).member("event", event->name);
    json.member("version", event->order.version).member("place", event->order.place);
    json.name("deliveries").begin_array();
    for (const outbox::Delivery& delivery : event->deliveries()) {
        json.begin_object().member("endpoint", job::format_uuid(delivery.endpoint));
        json.member("state", name_of(delivery.state)).member("attempts", delivery.attempts);
        json.end_object();
    }
    json.end_array().end_object();
}

void print_letter(ByteSpan value, std::string& to) {
    const result<outbox::DeadLetter> letter = outbox::decode_dead_letter(value);
    if (!letter) {
        to += "not a dead letter";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(letter->tenant));
    json.member("endpoint", job::format_uuid(letter->endpoint));
    json.member("id", job::format_uuid(letter->event)).member("event", letter->name);
    json.member("attempts", letter->attempts).member("failure", letter->failure).end_object();
}

void print_log(ByteSpan value, std::string& to) {
    const result<outbox::DeliveryLog> log = outbox::decode_delivery_log(value);
    if (!log) {
        to += "not a delivery log";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(log->tenant));
    json.member("attempts", log->count).end_object();
}

void print_roster(ByteSpan value, std::string& to) {
    const result<outbox::Roster> roster = outbox::decode_roster(value);
    if (!roster) {
        to += "not a roster";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("webhooks", roster->count).end_object();
}

}  // namespace

void add_to_schema(store::Schema& schema) {
    schema.kinds.push_back({outbox::endpoint_kind, "webhook", &lists_of_endpoint, &print_endpoint});
    schema.kinds.push_back({outbox::event_kind, "event", &lists_of_event, &print_event});
    schema.kinds.push_back(
        {outbox::dead_letter_kind, "dead_letter", &lists_of_letter, &print_letter});
    schema.kinds.push_back({outbox::delivery_log_kind, "delivery_log", &lists_of_none, &print_log});
    schema.kinds.push_back({outbox::roster_kind, "webhook_roster", &lists_of_none, &print_roster});
    schema.lists.push_back({outbox::endpoints_of_tenant, outbox::endpoint_kind});
    schema.lists.push_back({outbox::destinations_of_tenant, outbox::endpoint_kind});
    schema.lists.push_back({outbox::dead_letters_of_tenant, outbox::dead_letter_kind});
    schema.lists.push_back({outbox::events_of_subject, outbox::event_kind});
}

}  // namespace belay::webhook_api
