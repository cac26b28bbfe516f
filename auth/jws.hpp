// JSON Web Signature, compact form (RFC 7515), verified by our keys and nothing else (RFC 8725).
#pragma once

#include <string>
#include <string_view>

#include "auth/key_set.hpp"
#include "auth/token_error.hpp"
#include "core/base/result.hpp"

namespace belay::auth {

inline constexpr std::size_t token_bytes_max = 8 * 1024;

/// The payload of a token whose signature one of `keys` made; a TokenError otherwise.
///
/// The header's `alg` only selects among the algorithms its key is bound to. `kid` selects the key
/// of that name; without it every key that the algorithm fits is tried, up to eight. `jwk`, `jku`,
/// `x5c`, `x5u`, `x5t` and unknown members are neither used nor fetched. Refused: `crit` (belay
/// understands no extension), `zip`, `b64`, `cty`, and a `typ` other than "JWT" or "at+jwt"
/// (RFC 9068), in any case and with or without "application/" before it.
result<std::string> verify_jws(std::string_view token, const KeySet& keys);

/// A token over `payload` in HS256 with a secret key and no kid: what `belay token` prints.
std::string sign_jws_hs256(const Key& secret, std::string_view payload);

}  // namespace belay::auth
