// POST /v2/core/event_destinations/{id}/ping: an event that is made for this destination alone and
// delivered to it, whatever it wants otherwise.
#include "core/batches/event.hpp"
#include "http/drive/batches/event_body.hpp"
#include "http/drive/event_act.hpp"
#include "http/families/core_events/destination.hpp"
#include "http/families/core_events/family.hpp"
#include "http/families/core_events/show_event.hpp"

namespace belay::core_events {
namespace {

/// The object of this write is the event.
class Ping final : public v2::LiveWrite {
  public:
    Ping(http::Exchange& exchange, const job::Uuid& event, const job::Uuid& destination,
         std::string_view key, std::optional<v2::Refusal> refusal)
        : LiveWrite(exchange, event),
          owner_(Owner::of(*exchange.principal())),
          destination_(destination),
          request_id_(exchange.request_id()),
          key_(key),
          refusal_(std::move(refusal)) {
        http::Subjects subjects;
        subjects.add({outbox::endpoint_kind, destination});
        event_subject_ = subjects.add({batches::event_kind, event});
        act_.name(event, http::Audience::only(destination), subjects);
        set_subjects(subjects.all());
        set_importance(store::Importance::create);
        use_request_key(key);
    }

  private:
    http::ShardContext& shard() { return exchange().shard_context<http::ShardContext>(); }

    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        const std::optional<outbox::Endpoint> endpoint = destination_in(view.subjects[0], owner_);
        if (!endpoint) {
            return refuse(v2::errors::not_found, body);
        }
        if (refusal_) {
            return render_refusal(*refusal_, body);
        }
        if (!endpoint->is_enabled) {
            return refuse(errors::destination_disabled, body);
        }
        batches::Event event;
        event.tenant = owner_.tenant;
        event.is_live = owner_.is_live;
        event.type = batches::EventType::ping;
        event.object = destination_;
        event.request_id = request_id_;
        event.idempotency_key = key_;
        value_.clear();
        batches::encode(event, value_);
        draft.put(event_subject_, as_byte_span(value_));
        value_.clear();
        wire::JsonWriter thin(value_);
        render_event(object(), event, batch_drive::EventForm::thin, thin);
        act_.put(view, draft,
                 {.tenant = owner_.tenant,
                  .subject = {outbox::endpoint_kind, destination_},
                  .subject_version = view.subjects[0]->number,
                  .name = batches::name_of(event.type),
                  .body = value_});
        wire::JsonWriter json(body);
        render_event(object(), event, batch_drive::EventForm::whole, json);
        return 200;
    }

    bool render_now(const job::Uuid& id, std::string& body) override {
        return show_event(shard().lane, id, owner_, body);
    }

    void committed(const store::Receipt&) noexcept override { shard().events.tell(object()); }

    const Owner owner_;
    const job::Uuid destination_;
    const std::string request_id_;
    const std::string key_;
    const std::optional<v2::Refusal> refusal_;
    http::EventAct act_;
    std::size_t event_subject_ = 0;
    std::string value_;
};

}  // namespace

void Family::ping_destination(http::Exchange& exchange) {
    if (!v2::admit(exchange)) {
        return;
    }
    const v2::KeyOrRefusal key = v2::read_key(exchange.head());
    if (key.refusal) {
        v2::refuse(exchange, *key.refusal);
        return;
    }
    const auto id = read_destination_id(exchange, Owner::of(*exchange.principal()));
    if (!id) {
        v2::fail(exchange, v2::errors::not_found);
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    auto& write = exchange.emplace_state<Ping>(exchange, shard.new_id(), *id, key.key,
                                               parse_nothing(exchange.body()));
    shard.lane.submit(write);
}

}  // namespace belay::core_events
