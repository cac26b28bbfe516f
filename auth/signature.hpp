// Making and verifying the signatures of JWS (RFC 7518 section 3, RFC 8037 section 3.1).
#pragma once

#include <string>

#include "auth/algorithm.hpp"
#include "auth/key.hpp"
#include "core/base/bytes.hpp"

namespace belay::auth {

/// Whether `signature` is one of `input` by `key` under `algorithm`. False for an algorithm that is
/// not the key's (RFC 8725 section 3.1), for every size but the exact one, and whenever OpenSSL
/// says anything but yes. An HMAC is compared in constant time. Thread-safe.
bool verify_signature(Algorithm algorithm, const Key& key, ByteSpan input, ByteSpan signature);

/// The HMAC of `input` under one of HS256, HS384 and HS512, which must be the key's.
std::string sign_with_secret(Algorithm algorithm, const Key& key, ByteSpan input);

}  // namespace belay::auth
