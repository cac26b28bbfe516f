// The secret that an endpoint's deliveries are signed with.
#pragma once

#include <string>
#include <string_view>

#include "core/world/entropy.hpp"

namespace belay::webhooks {

/// "whsec_" and base64 of 32 random bytes.
std::string make_secret(world::Entropy& entropy);

/// The bytes behind "whsec_"; empty if it is no secret of ours.
std::string secret_bytes(std::string_view secret);

}  // namespace belay::webhooks
