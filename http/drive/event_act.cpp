#include "http/drive/event_act.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace belay::http {

void EventAct::name(const job::Uuid& id, Audience audience, Subjects& to) {
    id_ = id;
    audience_ = std::move(audience);
    if (!audience_.is_empty()) {
        subject_ = to.add({outbox::event_kind, id});
    }
}

bool EventAct::put(const store::View& view, store::Draft& draft, const Told& told) {
    check(told.body.size() <= outbox::body_bytes_max, "an event's body is bounded");
    outbox::Event event;
    audience_.for_each(told.name_place, [&](const job::Uuid& endpoint) {
        outbox::Delivery delivery;
        delivery.endpoint = endpoint;
        delivery.next_try = view.now;
        const bool added = event.add(delivery);
        check(added, "an audience is no larger than an event's deliveries");
    });
    if (event.delivery_count == 0) {
        return false;
    }
    event.tenant = told.tenant;
    event.subject = told.subject;
    event.order = {told.subject_version, told.place};
    event.made = view.now;
    event.name = told.name;
    event.body = told.body;
    bytes_.clear();
    outbox::encode(event, bytes_);
    draft.put(subject_, as_byte_span(bytes_));
    return true;
}

}  // namespace belay::http
