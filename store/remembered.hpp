// The bytes of a key's version: what is remembered under it.
#pragma once

#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/job/idempotency.hpp"

namespace belay::store {

/// Appends i64 expiry in milliseconds, u16 status, 32 bytes fingerprint, then the body.
void encode_remembered(const job::RememberedAnswer& answer, std::string& to);

/// The body stays a view of `bytes`. Error::corrupt if they are too short.
result<job::RememberedAnswer> decode_remembered(ByteSpan bytes);

}  // namespace belay::store
