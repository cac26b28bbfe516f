// What of the webhooks family is a setting, and the parts of the process that it works with.
#pragma once

#include <cstdint>

#include "core/work/agenda.hpp"
#include "http/client/address_policy.hpp"
#include "http/drive/event_feed.hpp"

namespace belay::webhook_api {

struct Settings {
    /// Of a JSON body.
    std::uint64_t json_bytes_max = 1024 * 1024;
    /// What may be registered; asked again at every attempt.
    client::AddressRules addresses;
    /// Else https alone.
    bool allow_http = false;
};

/// contracts README 2.
inline constexpr Milliseconds key_lifetime = std::chrono::hours(24);

/// How long a replaced secret signs besides the new one, unless the request says otherwise, and at
/// most.
inline constexpr Milliseconds overlap_default = std::chrono::hours(24);
inline constexpr Milliseconds overlap_max = std::chrono::hours(7 * 24);

/// Everything outlives the family's chores.
struct Parts {
    work::Agenda& agenda;
    http::EventFeed& events;
};

}  // namespace belay::webhook_api
