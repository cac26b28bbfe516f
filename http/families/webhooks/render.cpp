#include "http/families/webhooks/render.hpp"

#include "core/exports/job.hpp"

namespace belay::webhook_api {

void render_webhook(const job::Uuid& id, const outbox::Endpoint& endpoint, bool with_secret,
                    wire::JsonWriter& json) {
    json.begin_object();
    json.member("id", job::format_uuid(id));
    json.member("name", endpoint.name);
    json.member("endpointUrl", endpoint.url);
    json.member("enabled", endpoint.is_enabled);
    json.name("eventTypes").begin_array();
    std::string_view rest = endpoint.event_types;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        json.string(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    json.end_array();
    if (with_secret) {
        json.member("signingSecret", endpoint.secret);
    }
    if (endpoint.previous_until) {
        json.member("previousSecretUntil", format_rfc3339_milliseconds(*endpoint.previous_until));
    }
    json.member("createdAt", format_rfc3339_milliseconds(job::time_of(id)));
    json.member("updatedAt", format_rfc3339_milliseconds(endpoint.updated));
    json.end_object();
}

void render_attempt(const outbox::Attempt& attempt, wire::JsonWriter& json) {
    json.begin_object();
    json.member("eventId", job::format_uuid(attempt.event));
    json.member("eventType", attempt.name);
    json.member("attempt", attempt.number);
    json.member("outcome", attempt.failure.empty() ? "delivered" : "failed");
    if (attempt.status != 0) {
        json.member("statusCode", attempt.status);
    }
    if (!attempt.failure.empty()) {
        json.member("failureReason", attempt.failure);
    }
    json.member("durationMs", attempt.took_ms);
    json.member("timestamp", format_rfc3339_milliseconds(attempt.begun));
    json.end_object();
}

void render_letter(const job::Uuid& id, const outbox::DeadLetter& letter, wire::JsonWriter& json) {
    const bool is_export = letter.subject.kind == exports::export_job_kind;
    json.begin_object();
    json.member("messageId", job::format_uuid(id));
    json.member("routingKey", "webhook." + std::string(letter.name));
    json.member("deathReason", "rejected");
    json.member("failureReason", letter.failure);
    json.member("tenantId", job::format_uuid(letter.tenant));
    json.member("webhookId", job::format_uuid(letter.endpoint));
    json.member(is_export ? "jobId" : "transferId", job::format_uuid(letter.subject.id));
    json.member("eventType", letter.name);
    json.member("correlationId", job::format_uuid(letter.event));
    json.member("retryCount", letter.attempts);
    json.member("manualRetryCount", letter.manual_attempts);
    json.member("timestamp", format_rfc3339_milliseconds(letter.died));
    json.end_object();
}

}  // namespace belay::webhook_api
