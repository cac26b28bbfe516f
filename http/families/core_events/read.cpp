// GET of one event, of one destination, and of all destinations.
#include "http/drive/batches/event_body.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/core_events/family.hpp"
#include "http/families/core_events/show_event.hpp"
#include "http/families/v2/answer.hpp"

namespace belay::core_events {

bool show_event(store::Lane& lane, const job::Uuid& id, const Owner& owner, std::string& to) {
    bool found = false;
    lane.read({batches::event_kind, id}, [&](const store::RecordView& record) {
        const result<batches::Event> event = batches::decode_event(record.value);
        if (event && event->tenant == owner.tenant && event->is_live == owner.is_live) {
            wire::JsonWriter json(to);
            render_event(id, *event, batch_drive::EventForm::whole, json);
            found = true;
        }
    });
    return found;
}

void Family::get_event(http::Exchange& exchange) {
    if (!v2::admit(exchange)) {
        return;
    }
    const Owner owner = Owner::of(*exchange.principal());
    const result<batches::ModeId> id = batches::parse_event_id(exchange.parameter("id"));
    store::Lane& lane = exchange.shard_context<http::ShardContext>().lane;
    if (id && id->is_live == owner.is_live && show_event(lane, id->id, owner, exchange.scratch())) {
        v2::respond(exchange, 200, exchange.scratch());
    } else {
        v2::fail(exchange, v2::errors::not_found);
    }
}

void Family::get_destination(http::Exchange& exchange) {
    if (!v2::admit(exchange)) {
        return;
    }
    Included included;
    if (const auto refusal = parse_include(exchange.query(), included)) {
        v2::refuse(exchange, *refusal);
        return;
    }
    const Owner owner = Owner::of(*exchange.principal());
    const std::optional<job::Uuid> id = read_destination_id(exchange, owner);
    store::Lane& lane = exchange.shard_context<http::ShardContext>().lane;
    if (id && show_destination(lane, *id, owner, included, exchange.scratch())) {
        v2::respond(exchange, 200, exchange.scratch());
    } else {
        v2::fail(exchange, v2::errors::not_found);
    }
}

/// All of them fit one page, always.
void Family::list_destinations(http::Exchange& exchange) {
    if (!v2::admit(exchange)) {
        return;
    }
    Included included;
    if (const auto refusal = parse_include(exchange.query(), included)) {
        v2::refuse(exchange, *refusal);
        return;
    }
    const Owner owner = Owner::of(*exchange.principal());
    wire::JsonWriter json(exchange.scratch());
    json.begin_object().name("data").begin_array();
    const auto show = [&](const job::Uuid& id, const store::RecordView& record) {
        if (const auto endpoint = destination_in(record, owner)) {
            render_destination(id, *endpoint, included, json);
        }
        return true;
    };
    const job::ListId list{outbox::destinations_of_tenant, owner.tenant};
    exchange.shard_context<http::ShardContext>().lane.list(list, std::nullopt, show);
    json.end_array().null_member("next_page_url").null_member("previous_page_url").end_object();
    v2::respond(exchange, 200, exchange.scratch());
}

}  // namespace belay::core_events
