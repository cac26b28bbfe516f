// PUT, PATCH and DELETE of a webhook, and POST /v1/webhooks/{webhookId}/rotate-secret.
#include "core/outbox/delivery_log.hpp"
#include "http/drive/webhooks/secret.hpp"
#include "http/families/transfers/parse.hpp"
#include "http/families/webhooks/family.hpp"
#include "http/families/webhooks/parse.hpp"
#include "http/families/webhooks/render.hpp"
#include "http/families/webhooks/webhook_write.hpp"

namespace belay::webhook_api {
namespace {

/// The endpoint in a view, if it is there and the tenant's.
std::optional<outbox::Endpoint> endpoint_in(const store::View& view, const job::TenantId& tenant) {
    if (!view.subjects[0]) {
        return std::nullopt;
    }
    const result<outbox::Endpoint> endpoint = outbox::decode_endpoint(view.subjects[0]->value);
    return endpoint && is_webhook_of(*endpoint, tenant) ? std::optional(*endpoint) : std::nullopt;
}

class Change final : public WebhookWrite {
  public:
    /// `is_whole`: what the request does not say goes back to what a new webhook has.
    Change(http::Exchange& exchange, const job::Uuid& id, bool is_whole, WebhookRequest request,
           std::optional<Refusal> refusal)
        : WebhookWrite(exchange),
          id_(id),
          is_whole_(is_whole),
          request_(std::move(request)),
          refusal_(std::move(refusal)) {
        const job::RecordId subject{outbox::endpoint_kind, id};
        set_subjects({&subject, 1});
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        std::optional<outbox::Endpoint> endpoint = endpoint_in(view, tenant());
        if (!endpoint) {
            return refuse(errors::webhook_not_found, body);
        }
        if (refusal_) {
            return refuse(*refusal_, body);
        }
        if (is_whole_) {
            endpoint->is_enabled = true;
            endpoint->event_types = {};
        }
        endpoint->name = request_.name ? *request_.name : endpoint->name;
        endpoint->url = request_.url ? *request_.url : endpoint->url;
        endpoint->is_enabled = request_.is_enabled.value_or(endpoint->is_enabled);
        endpoint->event_types =
            request_.event_types ? *request_.event_types : endpoint->event_types;
        endpoint->updated = view.now;
        value_.clear();
        outbox::encode(*endpoint, value_);
        draft.put(0, as_byte_span(value_));
        wire::JsonWriter json(body);
        render_webhook(id_, *endpoint, false, json);
        return 200;
    }

    const job::Uuid id_;
    const bool is_whole_;
    const WebhookRequest request_;
    const std::optional<Refusal> refusal_;
    std::string value_;
};

class Rotate final : public WebhookWrite {
  public:
    Rotate(http::Exchange& exchange, const job::Uuid& id, Milliseconds overlap,
           std::optional<Refusal> refusal)
        : WebhookWrite(exchange),
          id_(id),
          overlap_(overlap),
          refusal_(std::move(refusal)),
          secret_(webhooks::make_secret(shard().entropy)) {
        const job::RecordId subject{outbox::endpoint_kind, id};
        set_subjects({&subject, 1});
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        std::optional<outbox::Endpoint> endpoint = endpoint_in(view, tenant());
        if (!endpoint) {
            return refuse(errors::webhook_not_found, body);
        }
        if (refusal_) {
            return refuse(*refusal_, body);
        }
        // Without an overlap the old secret is gone: the sender's clock may be behind the store's.
        endpoint->previous_secret = {};
        endpoint->previous_until = std::nullopt;
        if (overlap_ > Milliseconds::zero()) {
            endpoint->previous_secret = endpoint->secret;
            endpoint->previous_until = view.now + overlap_;
        }
        endpoint->secret = secret_;
        endpoint->updated = view.now;
        value_.clear();
        outbox::encode(*endpoint, value_);
        draft.put(0, as_byte_span(value_));
        wire::JsonWriter json(body);
        render_webhook(id_, *endpoint, true, json);
        return 200;
    }

    const job::Uuid id_;
    const Milliseconds overlap_;
    const std::optional<Refusal> refusal_;
    const std::string secret_;
    std::string value_;
};

/// Events that wait for it are dropped by the sender, which finds nobody to send them to.
class Remove final : public WebhookWrite {
  public:
    Remove(http::Exchange& exchange, const job::Uuid& id) : WebhookWrite(exchange) {
        const std::array<job::RecordId, 3> subjects{job::RecordId{outbox::endpoint_kind, id},
                                                    job::RecordId{outbox::delivery_log_kind, id},
                                                    job::RecordId{outbox::roster_kind, tenant()}};
        set_subjects(subjects);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        if (!endpoint_in(view, tenant())) {
            return refuse(errors::webhook_not_found, body);
        }
        const std::optional<store::RecordView>& record = view.subjects[2];
        result<outbox::Roster> roster =
            record ? outbox::decode_roster(record->value) : result<outbox::Roster>(Error::corrupt);
        if (!roster || roster->count == 0) {
            return refuse(errors::unexpected, body);
        }
        roster->count -= 1;
        value_.clear();
        outbox::encode(*roster, value_);
        draft.remove(0);
        if (view.subjects[1]) {
            draft.remove(1);
        }
        draft.put(2, as_byte_span(value_));
        return 204;
    }

    std::string value_;
};

}  // namespace

void Family::change(http::Exchange& exchange) {
    job::Uuid id;
    if (!admit(exchange, nullptr) || !read_id(exchange, "webhookId", id)) {
        return;
    }
    const bool is_whole = exchange.method() == wire::Method::put;
    WebhookRequest request;
    std::optional<Refusal> refusal = parse_webhook(exchange.body(), is_whole, url_rule(), request);
    write_on(exchange, exchange.emplace_state<Change>(exchange, id, is_whole, std::move(request),
                                                      std::move(refusal)));
}

void Family::remove(http::Exchange& exchange) {
    job::Uuid id;
    if (admit(exchange, nullptr) && read_id(exchange, "webhookId", id)) {
        write_on(exchange, exchange.emplace_state<Remove>(exchange, id));
    }
}

void Family::rotate(http::Exchange& exchange) {
    std::string_view key;
    job::Uuid id;
    if (!admit(exchange, &key) || !read_id(exchange, "webhookId", id)) {
        return;
    }
    Milliseconds overlap{};
    std::optional<Refusal> refusal = parse_rotation(exchange.body(), overlap);
    auto& write = exchange.emplace_state<Rotate>(exchange, id, overlap, std::move(refusal));
    write.set_request_key(key);
    write_on(exchange, write);
}

}  // namespace belay::webhook_api
