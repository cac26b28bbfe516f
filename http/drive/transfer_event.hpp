// What subscribers are sent about a transfer (transfers.md 2.8, the envelope).
#pragma once

#include <string>

#include "core/transfers/decide.hpp"
#include "core/transfers/hours.hpp"
#include "core/transfers/transfer.hpp"

namespace belay::http {

/// Appends the body of the event: a JSON object, at most outbox::body_bytes_max. `time` is that of
/// the transition that makes the event.
void render_transfer_event(transfers::Event event, const job::Uuid& id,
                           const transfers::Transfer& transfer, WallTime time, transfers::Zone zone,
                           std::string& to);

/// An amount of BRL as a JSON number: 1002, 1002.5, 0.01. Exact: never through a binary float.
std::string json_amount(ledger::Money amount);

}  // namespace belay::http
