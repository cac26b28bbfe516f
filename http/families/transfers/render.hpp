// The bodies of the transfer family's answers (transfers.md 2.3, the seed).
#pragma once

#include <string>

#include "core/job/ids.hpp"
#include "core/transfers/hours.hpp"
#include "core/transfers/initiation.hpp"
#include "core/transfers/transfer.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::transfer_api {

/// When it was made.
WallTime created_at(const transfers::Transfer& transfer) noexcept;

/// PENDING_CONFIRMATION, and when its transfer would be settled if it were confirmed at `now`.
void render_initiation(const job::Uuid& id, const transfers::Initiation& initiation,
                       WallTime estimated, transfers::Zone zone, std::string& to);

/// The answer of process.
void render_processed(const job::Uuid& id, const transfers::Transfer& transfer, std::string& to);

/// The answer of cancel; the transfer is CANCELLED.
void render_cancelled(const job::Uuid& id, const transfers::Transfer& transfer,
                      transfers::Zone zone, std::string& to);

/// The whole transfer with its history.
void render_transfer(const job::Uuid& id, const transfers::Transfer& transfer, transfers::Zone zone,
                     std::string& to);

/// One of a list.
void render_item(const job::Uuid& id, const transfers::Transfer& transfer, transfers::Zone zone,
                 wire::JsonWriter& json);

}  // namespace belay::transfer_api
