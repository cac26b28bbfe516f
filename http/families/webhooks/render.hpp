// The bodies of the webhooks family's answers (transfers.md 2.8).
#pragma once

#include <string>
#include <string_view>

#include "core/outbox/delivery_log.hpp"
#include "core/outbox/endpoint.hpp"
#include "core/outbox/event.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::webhook_api {

/// A registration. Its secret is shown to who made or replaced it, and never again.
void render_webhook(const job::Uuid& id, const outbox::Endpoint& endpoint, bool with_secret,
                    wire::JsonWriter& json);

/// One attempt of a delivery log.
void render_attempt(const outbox::Attempt& attempt, wire::JsonWriter& json);

/// A dead letter.
void render_letter(const job::Uuid& id, const outbox::DeadLetter& letter, wire::JsonWriter& json);

}  // namespace belay::webhook_api
