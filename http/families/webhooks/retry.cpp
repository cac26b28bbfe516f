// POST /v1/webhooks/dlq/{messageId}/retry: the dead letter goes, and its event waits again for the
// endpoint, in one transition. The event keeps its id and its bytes.
#include "core/outbox/event.hpp"
#include "http/families/webhooks/family.hpp"
#include "http/families/webhooks/webhook_write.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::webhook_api {
namespace {

constexpr std::size_t letter_subject = 0;
constexpr std::size_t event_subject = 1;

class Retry final : public WebhookWrite {
  public:
    Retry(http::Exchange& exchange, const job::Uuid& id) : WebhookWrite(exchange), id_(id) {
        // Of a letter nothing changes, and whether the endpoint takes anything is configuration.
        const job::RecordId letter{outbox::dead_letter_kind, id};
        shard().lane.read(letter, [&](const store::RecordView& record) {
            const auto found = outbox::decode_dead_letter(record.value);
            is_own_ = found && found->tenant == tenant();
            if (is_own_) {
                event_ = found->event;
                endpoint_ = found->endpoint;
            }
        });
        if (is_own_) {
            shard().lane.read({outbox::endpoint_kind, endpoint_},
                              [&](const store::RecordView& record) {
                                  const auto found = outbox::decode_endpoint(record.value);
                                  is_open_ = found && found->is_enabled;
                              });
        }
        const std::array<job::RecordId, 2> subjects{letter,
                                                    job::RecordId{outbox::event_kind, event_}};
        set_subjects(std::span(subjects).first(is_own_ ? 2 : 1));
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        const std::optional<store::RecordView>& record = view.subjects[letter_subject];
        if (!is_own_ || !record) {
            return refuse(errors::message_not_found, body);
        }
        if (!is_open_) {
            return refuse(errors::webhook_gone, body);
        }
        const result<outbox::DeadLetter> letter = outbox::decode_dead_letter(record->value);
        if (!letter || !send_again(*letter, view, draft)) {
            return refuse(errors::unexpected, body);
        }
        draft.remove(letter_subject);
        wire::JsonWriter json(body);
        json.begin_object().member("status", "retried");
        json.member("messageId", job::format_uuid(id_)).end_object();
        return 200;
    }

    /// The event may be there still, since others wait for it.
    bool send_again(const outbox::DeadLetter& letter, const store::View& view,
                    store::Draft& draft) {
        const std::optional<store::RecordView>& record = view.subjects[event_subject];
        outbox::Event event;
        if (record) {
            const result<outbox::Event> read = outbox::decode_event(record->value);
            if (!read) {
                return false;
            }
            event = *read;
        } else {
            event.tenant = letter.tenant;
            event.subject = letter.subject;
            event.order = letter.order;
            event.made = view.now;
            event.name = letter.name;
            event.body = letter.body;
        }
        outbox::Delivery again;
        again.endpoint = endpoint_;
        again.manual_attempts = letter.manual_attempts + 1;
        again.next_try = view.now;
        if (outbox::Delivery* delivery = event.find(endpoint_)) {
            *delivery = again;
        } else if (!event.add(again)) {
            return false;
        }
        value_.clear();
        outbox::encode(event, value_);
        draft.put(event_subject, as_byte_span(value_));
        return true;
    }

    void committed(const store::Receipt&) noexcept override {
        if (is_own_) {
            shard().events.tell(event_);
        }
    }

    const job::Uuid id_;
    bool is_own_ = false;
    bool is_open_ = false;
    job::Uuid event_;
    job::Uuid endpoint_;
    std::string value_;
};

}  // namespace

void Family::retry(http::Exchange& exchange) {
    std::string_view key;
    job::Uuid id;
    if (!admit(exchange, &key) || !read_id(exchange, "messageId", id)) {
        return;
    }
    auto& write = exchange.emplace_state<Retry>(exchange, id);
    write.set_request_key(key);
    write_on(exchange, write);
}

}  // namespace belay::webhook_api
