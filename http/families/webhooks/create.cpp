// POST /v1/webhooks (transfers.md 2.8).
#include "core/outbox/delivery_log.hpp"
#include "http/drive/webhooks/secret.hpp"
#include "http/families/transfers/parse.hpp"
#include "http/families/webhooks/family.hpp"
#include "http/families/webhooks/parse.hpp"
#include "http/families/webhooks/render.hpp"
#include "http/families/webhooks/webhook_write.hpp"

namespace belay::webhook_api {
namespace {

constexpr std::size_t endpoint_subject = 0;
constexpr std::size_t log_subject = 1;
constexpr std::size_t roster_subject = 2;

class Create final : public WebhookWrite {
  public:
    Create(http::Exchange& exchange, WebhookRequest request, std::optional<Refusal> refusal)
        : WebhookWrite(exchange),
          id_(shard().new_id()),
          request_(std::move(request)),
          refusal_(std::move(refusal)),
          secret_(webhooks::make_secret(shard().entropy)) {
        const std::array<job::RecordId, 3> subjects{job::RecordId{outbox::endpoint_kind, id_},
                                                    job::RecordId{outbox::delivery_log_kind, id_},
                                                    job::RecordId{outbox::roster_kind, tenant()}};
        set_subjects(subjects);
        set_importance(store::Importance::create);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        if (refusal_) {
            return refuse(*refusal_, body);
        }
        const std::optional<store::RecordView>& record = view.subjects[roster_subject];
        outbox::Roster roster;
        if (record) {
            const result<outbox::Roster> read = outbox::decode_roster(record->value);
            if (!read) {
                return refuse(errors::unexpected, body);
            }
            roster = *read;
        }
        if (roster.count >= outbox::endpoints_max) {
            return refuse(errors::too_many_webhooks, body);
        }
        roster.count += 1;
        outbox::Endpoint endpoint;
        endpoint.tenant = tenant();
        endpoint.name = *request_.name;
        endpoint.url = *request_.url;
        endpoint.is_enabled = request_.is_enabled.value_or(true);
        endpoint.event_types = request_.event_types ? *request_.event_types : std::string_view();
        endpoint.secret = secret_;
        endpoint.updated = view.now;
        outbox::DeliveryLog log;
        log.tenant = tenant();
        put(draft, endpoint_subject, endpoint);
        put(draft, log_subject, log);
        put(draft, roster_subject, roster);
        wire::JsonWriter json(body);
        render_webhook(id_, endpoint, true, json);
        return 201;
    }

    template <class Value>
    void put(store::Draft& draft, std::size_t subject, const Value& value) {
        value_.clear();
        outbox::encode(value, value_);
        draft.put(subject, as_byte_span(value_));
    }

    const job::Uuid id_;
    const WebhookRequest request_;
    const std::optional<Refusal> refusal_;
    const std::string secret_;
    std::string value_;
};

}  // namespace

void Family::create(http::Exchange& exchange) {
    std::string_view key;
    if (!admit(exchange, &key)) {
        return;
    }
    WebhookRequest request;
    std::optional<Refusal> refusal = parse_webhook(exchange.body(), true, url_rule(), request);
    auto& write = exchange.emplace_state<Create>(exchange, std::move(request), std::move(refusal));
    write.set_request_key(key);
    write_on(exchange, write);
}

}  // namespace belay::webhook_api
