#include "http/drive/batches/batch_event.hpp"

#include <algorithm>
#include <span>

#include "auth/digest.hpp"
#include "http/drive/batches/event_body.hpp"

namespace belay::batch_drive {
namespace {

/// Behind the time stand version and place, so that what a job tells within one millisecond is
/// listed in the order of its versions.
job::Uuid make_id(WallTime now, const job::Uuid& job, std::uint64_t version, std::size_t place,
                  batches::EventType type) {
    auth::Sha256 digest;
    digest.update(job.bytes());
    std::array<std::byte, 8> number;
    store_little(number.data(), version);
    digest.update(number);
    digest.update(as_byte_span(batches::name_of(type)));
    const auto hash = digest.finish();
    std::array<std::uint8_t, 10> random;
    const ByteSpan bytes = std::as_bytes(std::span(hash));
    std::transform(bytes.begin(), bytes.begin() + random.size(), random.begin(),
                   [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    const std::uint64_t order = version * 2 + place;
    random[0] = static_cast<std::uint8_t>((order >> 8U) & 0x0FU);
    random[1] = static_cast<std::uint8_t>(order & 0xFFU);
    return job::make_uuid_v7(now, random);
}

std::optional<batches::LastEvent> find_last(store::Lane& lane, const job::Uuid& job) {
    std::optional<batches::LastEvent> last;
    lane.list({batches::events_of_object, job}, std::nullopt,
              [&](const job::Uuid& id, const store::RecordView& record) {
                  if (const auto event = batches::decode_event(record.value)) {
                      last = {job::time_of(id), event->counts};
                  }
                  return !last;
              });
    return last;
}

}  // namespace

BatchEvent BatchEvent::of(store::Lane& lane, const job::TenantId& tenant, bool is_live,
                          const job::Uuid& job, batches::Ask ask, const Cause& cause) {
    BatchEvent event;
    event.possible_ = batches::events_possible(ask);
    if (event.possible_.count == 0) {
        return event;
    }
    event.tenant_ = tenant;
    event.is_live_ = is_live;
    event.job_ = job;
    *event.request_id_ = cause.request_id;
    *event.key_ = cause.idempotency_key;
    if (ask == batches::Ask::progress) {
        event.last_ = find_last(lane, job);
    }
    std::uint64_t version = 1;
    lane.read({batches::batch_kind, job},
              [&](const store::RecordView& record) { version = record.number + 1; });
    const WallTime now = lane.now();
    std::array<std::string_view, 2> names;
    const auto types = event.possible_.all();
    for (std::size_t place = 0; place < types.size(); ++place) {
        names[place] = batches::name_of(types[place]);
        event.parts_[place].id = make_id(now, job, version, place, types[place]);
    }
    event.audience_ =
        http::Audience::of_account(lane, tenant, is_live, std::span(names).first(types.size()));
    return event;
}

void BatchEvent::name(http::Subjects& to) {
    for (std::size_t place = 0; place < possible_.count; ++place) {
        Part& part = parts_[place];
        part.subject = to.add({batches::event_kind, part.id});
        part.act.name(part.id, audience_, to);
    }
}

void BatchEvent::put(const store::View& view, store::Draft& draft,
                     const std::optional<store::RecordView>& standing, const batches::Job& next) {
    const result<batches::Job> before =
        standing ? batches::decode_job(standing->value) : result<batches::Job>(Error::not_found);
    if (standing && !before) {
        return;  // nobody moves what nobody can read
    }
    const auto types = possible_.all();
    for (std::size_t place = 0; place < types.size(); ++place) {
        parts_[place].is_put = false;
        if (batches::is_event_of(types[place], before ? &*before : nullptr, next, last_,
                                 view.now)) {
            put_one(place, view, draft, http::next_version(standing), next);
        }
    }
}

void BatchEvent::put_one(std::size_t place, const store::View& view, store::Draft& draft,
                         std::uint64_t version, const batches::Job& next) {
    Part& part = parts_[place];
    batches::Event event;
    event.tenant = tenant_;
    event.is_live = is_live_;
    event.type = possible_.types[place];
    event.object = job_;
    event.counts = batches::EventCounts::of(next.progress);
    event.request_id = *request_id_;
    event.idempotency_key = *key_;
    bytes_->clear();
    batches::encode(event, *bytes_);
    draft.put(part.subject, as_byte_span(*bytes_));
    if (!part.act.is_wanted(place)) {
        return;
    }
    bytes_->clear();
    wire::JsonWriter json(*bytes_);
    render_event(part.id, event, EventForm::thin, json);
    part.is_put = part.act.put(view, draft,
                               {.tenant = tenant_,
                                .subject = {batches::batch_kind, job_},
                                .subject_version = version,
                                .place = static_cast<std::uint8_t>(place),
                                .name_place = place,
                                .name = batches::name_of(event.type),
                                .body = *bytes_});
}

void BatchEvent::tell(http::EventFeed& feed) const noexcept {
    for (const Part& part : parts_) {
        if (part.is_put) {
            feed.tell(part.act.id());
        }
    }
}

}  // namespace belay::batch_drive
