// What of the transfer family is a setting, and the parts of the process that it works with.
#pragma once

#include <cstdint>

#include "core/transfers/settings.hpp"
#include "core/work/agenda.hpp"
#include "core/world/rail.hpp"
#include "http/drive/transfer_inbox.hpp"

namespace belay::http {
class IntentDesk;
}  // namespace belay::http

namespace belay::transfer_api {

struct Settings {
    /// Of a JSON body.
    std::uint64_t json_bytes_max = 1024 * 1024;
    transfers::Settings rules;
};

/// contracts README 2.
inline constexpr Milliseconds key_lifetime = std::chrono::hours(24);

/// Everything outlives the family.
struct Parts {
    work::Agenda& agenda;
    http::TransferInbox& inbox;
    world::Rail& rail;
    /// Null unless another ledger holds the money.
    http::IntentDesk* desk = nullptr;
};

}  // namespace belay::transfer_api
