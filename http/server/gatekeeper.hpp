// The seam to auth.
#pragma once

#include <string_view>

#include "auth/principal.hpp"

namespace belay::http {

/// One for each shard.
class Gatekeeper {
  public:
    virtual ~Gatekeeper() = default;

    /// `authorization` is the value of the Authorization field. Null for whatever is wrong with it.
    /// The principal is valid until the next call.
    virtual const auth::Principal* authenticate(std::string_view authorization) = 0;
};

}  // namespace belay::http
