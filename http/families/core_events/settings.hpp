// What of the events family is a setting.
#pragma once

#include "http/client/address_policy.hpp"

namespace belay::core_events {

struct Settings {
    /// Where events may be sent; asked again at every attempt.
    client::AddressRules addresses;
    /// Else https alone.
    bool allow_http = false;
};

}  // namespace belay::core_events
