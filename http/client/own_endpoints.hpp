// Where this program listens, as a caller would have to name it.
#pragma once

#include <vector>

#include "http/client/address_policy.hpp"

namespace belay::client {

/// `listening` with each unspecified address replaced by the addresses that this machine has now:
/// what AddressRules::own wants. Asks the operating system.
std::vector<OwnEndpoint> own_endpoints(const std::vector<OwnEndpoint>& listening);

}  // namespace belay::client
