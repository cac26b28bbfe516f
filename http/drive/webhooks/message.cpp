#include "http/drive/webhooks/message.hpp"

#include "auth/digest.hpp"
#include "core/base/base64.hpp"
#include "core/base/bytes.hpp"
#include "http/drive/webhooks/secret.hpp"

namespace belay::webhooks {
namespace {

/// Of the answer, of which nothing but the status is used.
constexpr std::size_t answer_bytes_max = 1024;

/// W3C Trace Context, version 00: the event is the trace, the attempt the span; not sampled.
std::string trace_of(const job::Uuid& event, std::uint64_t span) {
    std::array<std::byte, 8> bytes;
    store_little(bytes.data(), span | 1U);  // a span of zero is none
    return "00-" + hex_encode(event.bytes()) + "-" + hex_encode(bytes) + "-00";
}

}  // namespace

std::string sign_v1(std::string_view secret, std::string_view time, std::string_view body) {
    std::string text = "v1:";
    text.append(time).append(".").append(body);
    return "v1,sha256=" + hex_encode(auth::hmac_sha256(as_byte_span(secret), as_byte_span(text)));
}

std::string sign_with_id(std::string_view secret, std::string_view id, std::string_view time,
                         std::string_view body) {
    std::string text(id);
    text.append(".").append(time).append(".").append(body);
    return "v1," +
           base64_encode(auth::hmac_sha256(as_byte_span(secret_bytes(secret)), as_byte_span(text)));
}

std::string sign_stripe(std::string_view secret, std::string_view time, std::string_view body) {
    std::string text(time);
    text.append(".").append(body);
    return "v1=" + hex_encode(auth::hmac_sha256(as_byte_span(secret), as_byte_span(text)));
}

Message::Message(const outbox::Endpoint& endpoint, const Content& content)
    : url_(endpoint.url),
      name_(content.name),
      body_(content.body),
      id_(job::format_uuid(content.event)),
      time_(std::to_string(
          std::chrono::floor<std::chrono::seconds>(content.time).time_since_epoch().count())) {
    request_.method = "POST";
    request_.url = url_;
    request_.body = body_;
    request_.answer_bytes_max = answer_bytes_max;
    const bool has_two = endpoint.previous_until && content.time < *endpoint.previous_until;
    switch (endpoint.style) {
        case outbox::Style::belay:
            sign_as_belay(endpoint, has_two, content.span, content.event);
            return;
        case outbox::Style::stripe:
            sign_as_stripe(endpoint, has_two);
            return;
    }
}

void Message::sign_as_belay(const outbox::Endpoint& endpoint, bool has_two, std::uint64_t span,
                            const job::Uuid& event) {
    signature_ = sign_v1(endpoint.secret, time_, body_);
    with_id_ = sign_with_id(endpoint.secret, id_, time_, body_);
    if (has_two) {
        signature_ += " " + sign_v1(endpoint.previous_secret, time_, body_);
        with_id_ += " " + sign_with_id(endpoint.previous_secret, id_, time_, body_);
    }
    trace_ = trace_of(event, span);
    request_.fields = {{"Content-Type", "application/json"},
                       {"X-Webhook-Event", name_},
                       {"X-Webhook-Timestamp", time_},
                       {"X-Webhook-Signature", signature_},
                       {"webhook-id", id_},
                       {"webhook-timestamp", time_},
                       {"webhook-signature", with_id_},
                       {"traceparent", trace_}};
}

void Message::sign_as_stripe(const outbox::Endpoint& endpoint, bool has_two) {
    signature_ = "t=" + time_ + "," + sign_stripe(endpoint.secret, time_, body_);
    if (has_two) {
        signature_ += "," + sign_stripe(endpoint.previous_secret, time_, body_);
    }
    request_.fields = {{"Content-Type", "application/json; charset=utf-8"},
                       {"Stripe-Signature", signature_}};
}

}  // namespace belay::webhooks
