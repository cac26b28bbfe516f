// What the store is to know of batch jobs' events and of the rosters of their destinations: their
// lists, and how to print them.
#include "core/batches/event.hpp"
#include "core/outbox/endpoint.hpp"
#include "http/drive/batches/event_body.hpp"
#include "http/families/core_events/family.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::core_events {
namespace {

void lists_of_event(ByteSpan value, store::Memberships& to) {
    if (const result<batches::Event> event = batches::decode_event(value)) {
        to.add({event->is_live ? batches::live_events_of_account : batches::test_events_of_account,
                event->tenant});
        to.add({batches::events_of_object, event->object});
    }
}

/// Of a roster, which is found by the id of whose it is.
void lists_of_none(ByteSpan, store::Memberships&) {}

void print_event(ByteSpan value, std::string& to) {
    const result<batches::Event> event = batches::decode_event(value);
    if (!event) {
        to += "not an event of a batch job";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(event->tenant));
    json.member("livemode", event->is_live).member("type", batches::name_of(event->type));
    json.member("object", batch_drive::object_id_of(*event));
    json.member("validated", event->counts.validated);
    json.member("succeeded", event->counts.succeeded).member("failed", event->counts.failed);
    json.end_object();
}

void print_roster(ByteSpan value, std::string& to) {
    const result<outbox::Roster> roster = outbox::decode_roster(value);
    if (!roster) {
        to += "not a roster";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("destinations", roster->count).end_object();
}

}  // namespace

void add_to_schema(store::Schema& schema) {
    schema.kinds.push_back({batches::event_kind, "batch_event", &lists_of_event, &print_event});
    schema.kinds.push_back({outbox::live_destination_roster_kind, "destination_roster",
                            &lists_of_none, &print_roster});
    schema.kinds.push_back({outbox::test_destination_roster_kind, "test_destination_roster",
                            &lists_of_none, &print_roster});
    schema.lists.push_back({batches::live_events_of_account, batches::event_kind});
    schema.lists.push_back({batches::test_events_of_account, batches::event_kind});
    schema.lists.push_back({batches::events_of_object, batches::event_kind});
}

}  // namespace belay::core_events
