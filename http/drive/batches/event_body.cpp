#include "http/drive/batches/event_body.hpp"

#include "core/batches/job_id.hpp"

namespace belay::batch_drive {
namespace {

struct Related {
    std::string_view type;
    std::string_view place;
};

Related related_to(const batches::Event& event) noexcept {
    if (event.type == batches::EventType::ping) {
        return {"v2.core.event_destination", "/v2/core/event_destinations/"};
    }
    return {"v2.core.batch_job", "/v2/core/batch_jobs/"};
}

void render_reason(const batches::Event& event, wire::JsonWriter& json) {
    if (event.request_id.empty()) {
        json.null_member("reason");
        return;
    }
    json.name("reason").begin_object();
    json.name("request").begin_object();
    json.member("id", event.request_id).member("idempotency_key", event.idempotency_key);
    json.end_object();
    json.member("type", "request").end_object();
}

}  // namespace

std::string object_id_of(const batches::Event& event) {
    return event.type == batches::EventType::ping
               ? batches::format_destination_id({event.object, event.is_live})
               : batches::format_job_id(event.object);
}

void render_event(const job::Uuid& id, const batches::Event& event, EventForm form,
                  wire::JsonWriter& json) {
    const Related related = related_to(event);
    const std::string object = object_id_of(event);
    json.begin_object();
    json.member("id", batches::format_event_id({id, event.is_live}));
    json.member("object", "v2.core.event");
    if (form == EventForm::whole) {
        json.null_member("changes");
    }
    json.null_member("context");
    json.member("created", format_rfc3339_milliseconds(job::time_of(id)));
    if (form == EventForm::whole) {
        json.name("data").begin_object().end_object();
    }
    json.member("livemode", event.is_live);
    render_reason(event, json);
    json.name("related_object").begin_object();
    json.member("id", object).member("type", related.type);
    json.member("url", std::string(related.place) + object).end_object();
    json.member("type", batches::name_of(event.type)).end_object();
}

}  // namespace belay::batch_drive
