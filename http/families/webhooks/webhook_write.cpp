#include "http/families/webhooks/webhook_write.hpp"

#include <array>

namespace belay::webhook_api {
namespace {

constexpr int first_server_error = 500;

}  // namespace

void WebhookWrite::set_request_key(std::string_view key) {
    const std::array<std::string_view, 1> scope{as_text(tenant().bytes())};
    SpareText name("transfers:");
    http::append_key_name(scope, key, *name);
    use_key(std::move(name), http::fingerprint(shard().digest, exchange_.head(), exchange_.body()),
            key_lifetime);
}

int WebhookWrite::refuse(const ErrorKind& kind, std::string& body) {
    render_error(kind, {}, {}, body);
    return kind.status;
}

int WebhookWrite::refuse(const Refusal& refusal, std::string& body) {
    render_error(*refusal.kind, refusal.message, refusal.details, body);
    return refusal.kind->status;
}

bool WebhookWrite::is_kept(int status) const noexcept {
    return status != 401 && status != 403 && status != 429 && status < first_server_error;
}

int WebhookWrite::render_key_reused(std::string& body) const {
    Refusal refusal{&errors::key_reused};
    refusal.details.add(Place::headers, "X-Idempotency", "was used for another request");
    return refuse(refusal, body);
}

int WebhookWrite::render_unexpected(std::string& body) const {
    return refuse(errors::unexpected, body);
}

int WebhookWrite::render_unavailable(store::Status status, std::string& body) const {
    return refuse(
        status == store::Status::exhausted ? errors::unavailable : errors::outcome_unknown, body);
}

void WebhookWrite::answer(int status, http::ResponseFields fields) noexcept {
    exchange_.respond(status, "application/json", exchange_.scratch(), fields);
}

}  // namespace belay::webhook_api
