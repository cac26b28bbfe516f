// From an Authorization header to a principal.
#pragma once

#include <cstddef>
#include <string_view>

#include "auth/api_key_file.hpp"
#include "auth/claims.hpp"
#include "auth/key_source.hpp"
#include "auth/principal.hpp"
#include "auth/token_cache.hpp"
#include "core/world/clock.hpp"
#include "core/world/entropy.hpp"

namespace belay::auth {

struct AuthenticatorSettings {
    ClaimRules claims;
    std::size_t cached_tokens = 4096;
};

/// One for each shard, used by its thread only; the sources and the clock are shared and outlive
/// it.
///
/// A credential that was good a moment ago costs one hash and one lookup. It is good no longer than
/// its `exp` with the leeway, and not after any change of the keys it was checked against.
class Authenticator {
  public:
    Authenticator(const KeySource& keys, const ApiKeySource& api_keys, const world::Clock& clock,
                  world::Entropy& entropy, AuthenticatorSettings settings);

    /// `authorization` is the value of the header, without white space at its ends: "Bearer" in any
    /// case, spaces, and a JWT or an API key (RFC 6750 section 2.1, RFC 9110 section 11.4). Null
    /// for whatever is wrong: the caller answers all of it with one status and one body. The
    /// principal is valid until the next call; copy what outlives a suspension.
    const Principal* authenticate(std::string_view authorization);

    /// Why the last call gave null (auth/token_error.hpp); for the log, never for the client.
    boost::system::error_code last_error() const noexcept { return last_error_; }

  private:
    result<const Principal*> principal_of(std::string_view authorization);
    result<const Principal*> by_token(std::string_view token, WallTime now);
    result<const Principal*> by_api_key(std::string_view key, WallTime now);

    const world::Clock& clock_;
    ClaimRules claims_;
    Published<KeySet>::View keys_;
    Published<ApiKeySet>::View api_keys_;
    // Two, so that a change of one kind's keys does not make the other kind verify anew, and the
    // two counts of generations cannot be mistaken for each other.
    TokenCache tokens_;
    TokenCache known_api_keys_;
    boost::system::error_code last_error_;
};

}  // namespace belay::auth
