#include "http/drive/webhooks/delivery_move.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "http/drive/subjects.hpp"

namespace belay::webhooks {
namespace {

using outbox::DeliveryState;
using outbox::Outcome;

constexpr std::size_t event_subject = 0;
constexpr std::size_t log_subject = 1;
constexpr std::size_t letter_subject = 2;

constexpr std::string_view disabled_failure = "the endpoint is disabled";

/// Behind a receiver that fails for days, an event's own attempts come late. Past the whole
/// schedule and this much more it is given up with the next failure, however many are left.
constexpr std::chrono::hours grace(24);

}  // namespace

DeliveryMove::DeliveryMove(const outbox::Errand& errand, Report report,
                           const outbox::Schedule& schedule, const job::Uuid& letter,
                           std::uint32_t random)
    : errand_(errand), report_(std::move(report)), schedule_(schedule), random_(random) {
    http::Subjects subjects;
    subjects.add({outbox::event_kind, errand.event});
    subjects.add({outbox::delivery_log_kind, errand.endpoint});
    const bool was_delivered =
        report_.kind == Report::Kind::attempt && report_.outcome == Outcome::taken;
    if (!was_delivered && report_.leaves_letter) {
        subjects.add({outbox::dead_letter_kind, letter});
    }
    if (report_.outcome == Outcome::gone) {
        endpoint_subject_ = subjects.add({outbox::endpoint_kind, errand.endpoint});
    }
    set_subjects(subjects.all());
}

void DeliveryMove::decide(const store::View& view, store::Draft& draft) {
    next_try_.reset();
    is_dead_ = false;
    const std::optional<store::RecordView>& record = view.subjects[event_subject];
    result<outbox::Event> event =
        record ? outbox::decode_event(record->value) : result<outbox::Event>(Error::not_found);
    outbox::Delivery* delivery = event ? event->find(errand_.endpoint) : nullptr;
    if (delivery == nullptr || delivery->state != DeliveryState::waiting) {
        return;
    }
    settle(*event, *delivery, view, draft);
    if (event->is_settled()) {
        draft.remove(event_subject);
        return;
    }
    bytes_.clear();
    outbox::encode(*event, bytes_);
    draft.put(event_subject, as_byte_span(bytes_));
}

void DeliveryMove::settle(outbox::Event& event, outbox::Delivery& delivery, const store::View& view,
                          store::Draft& draft) {
    if (report_.kind == Report::Kind::deleted) {
        delivery.state = DeliveryState::dropped;
        return;
    }
    if (report_.kind == Report::Kind::attempt) {
        delivery.attempts += 1;
        put_attempt(event, delivery, view, draft);
        if (report_.outcome == Outcome::taken) {
            delivery.state = DeliveryState::delivered;
            return;
        }
        if (const auto wait = next_wait(event, delivery, view.now)) {
            next_try_ = view.now + *wait;
            delivery.next_try = *next_try_;
            return;
        }
        if (report_.outcome == Outcome::gone) {
            disable(view, draft);
        }
    }
    delivery.state = DeliveryState::dead;
    is_dead_ = true;
    if (report_.leaves_letter) {
        put_letter(event, delivery, view.now, draft);
    }
}

std::optional<Milliseconds> DeliveryMove::next_wait(const outbox::Event& event,
                                                    const outbox::Delivery& delivery,
                                                    WallTime now) const {
    const bool is_over =
        report_.outcome == Outcome::gone || now - event.made > schedule_.span() + grace;
    // One that a person had tried again has its whole schedule anew, whatever its age.
    if (is_over && (report_.outcome == Outcome::gone || delivery.manual_attempts == 0)) {
        return std::nullopt;
    }
    return schedule_.next_wait(delivery.attempts, report_.retry_after, random_);
}

void DeliveryMove::put_letter(const outbox::Event& event, const outbox::Delivery& delivery,
                              WallTime now, store::Draft& draft) {
    outbox::DeadLetter letter;
    letter.tenant = event.tenant;
    letter.event = errand_.event;
    letter.endpoint = errand_.endpoint;
    letter.subject = event.subject;
    letter.order = event.order;
    letter.name = event.name;
    letter.body = event.body;
    letter.failure = report_.kind == Report::Kind::attempt ? std::string_view(report_.failure)
                                                           : disabled_failure;
    letter.attempts = delivery.attempts;
    letter.manual_attempts = delivery.manual_attempts;
    letter.died = now;
    bytes_.clear();
    outbox::encode(letter, bytes_);
    draft.put(letter_subject, as_byte_span(bytes_));
}

/// The log is made with the endpoint and goes with it: one that is not there any more stays so.
void DeliveryMove::put_attempt(const outbox::Event& event, const outbox::Delivery& delivery,
                               const store::View& view, store::Draft& draft) {
    const std::optional<store::RecordView>& record = view.subjects[log_subject];
    result<outbox::DeliveryLog> log = record ? outbox::decode_delivery_log(record->value)
                                             : result<outbox::DeliveryLog>(Error::not_found);
    if (!log) {
        return;
    }
    const auto took = std::clamp<std::int64_t>(report_.took.count(), 0,
                                               std::numeric_limits<std::uint32_t>::max());
    log->add({errand_.event, event.name, report_.begun, static_cast<std::uint32_t>(took),
              delivery.attempts, report_.status, report_.failure});
    bytes_.clear();
    outbox::encode(*log, bytes_);
    draft.put(log_subject, as_byte_span(bytes_));
}

/// 410: the receiver wants nothing any more, until a person says otherwise.
void DeliveryMove::disable(const store::View& view, store::Draft& draft) {
    const std::optional<store::RecordView>& record = view.subjects[endpoint_subject_];
    result<outbox::Endpoint> endpoint = record ? outbox::decode_endpoint(record->value)
                                               : result<outbox::Endpoint>(Error::not_found);
    if (!endpoint || !endpoint->is_enabled) {
        return;
    }
    endpoint->is_enabled = false;
    endpoint->disabled = outbox::Disabled::by_receiver;
    endpoint->updated = view.now;
    bytes_.clear();
    outbox::encode(*endpoint, bytes_);
    draft.put(endpoint_subject_, as_byte_span(bytes_));
}

}  // namespace belay::webhooks
