// One attempt at a delivery as it goes over the wire: the fields and their signatures.
//
// Two forms of one proof stand side by side, so that a receiver may use what it has (docs:
// webhooks.md). X-Webhook-Signature is the v1 form of transfers.md 2.8, over time and body.
// webhook-signature is that of the Standard Webhooks specification, and covers the event's id too.
// While a secret is being replaced each field has a signature with the new one and one with the
// old one, with a space between.
//
// An event destination gets Stripe-Signature alone (batches.md 8), which its receivers' libraries
// verify: "t=<seconds>,v1=<hex>", and a second ",v1=<hex>" while a secret is being replaced.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/outbox/endpoint.hpp"
#include "http/client/client.hpp"

namespace belay::webhooks {

/// "v1,sha256=<hex HMAC-SHA256(secret, "v1:<time>.<body>")>"; the key is the text of the secret.
std::string sign_v1(std::string_view secret, std::string_view time, std::string_view body);

/// "v1,<base64 HMAC-SHA256(secret, "<id>.<time>.<body>")>"; the key is the secret's bytes.
std::string sign_with_id(std::string_view secret, std::string_view id, std::string_view time,
                         std::string_view body);

/// "v1=<hex HMAC-SHA256(secret, "<time>.<body>")>"; the key is the text of the secret.
std::string sign_stripe(std::string_view secret, std::string_view time, std::string_view body);

/// Owns everything that its request refers to.
class Message {
  public:
    struct Content {
        job::Uuid event;
        std::string_view name;
        std::string_view body;
        /// Of this attempt, by the clock of the day: receivers refuse what is stale by theirs.
        WallTime time;
        /// Random: names the attempt in the trace.
        std::uint64_t span = 0;
    };

    /// Everything is copied.
    Message(const outbox::Endpoint& endpoint, const Content& content);
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;

    const client::Request& request() const noexcept { return request_; }

  private:
    void sign_as_belay(const outbox::Endpoint& endpoint, bool has_two, std::uint64_t span,
                       const job::Uuid& event);
    void sign_as_stripe(const outbox::Endpoint& endpoint, bool has_two);

    std::string url_;
    std::string name_;
    std::string body_;
    std::string id_;
    std::string time_;
    std::string signature_;
    std::string with_id_;
    std::string trace_;
    client::Request request_;
};

}  // namespace belay::webhooks
