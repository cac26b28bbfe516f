// The bytes of a key's version: what is remembered under it.
#pragma once

#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/job/idempotency.hpp"
#include "store/table/text_packer.hpp"
#include "store/table/version.hpp"

namespace belay::store {

/// Appends i64 expiry in milliseconds, u16 status, 32 bytes fingerprint, then the body.
void encode_remembered(const job::RememberedAnswer& answer, std::string& to);

/// The body stays a view of `bytes`. Error::corrupt if they are too short.
result<job::RememberedAnswer> decode_remembered(ByteSpan bytes);

/// A version that holds them with the body packed; nothing else (`bytes` of a tombstone, which has
/// none) is changed. nullptr when there is no memory. `scratch` is the caller's, for one call after
/// the other.
Version* make_key_version(PoolLane& pool, const TextPacker& packer, Version::Shape shape,
                          ByteSpan bytes, std::string& scratch);

/// The bytes again, in `scratch` or in the version: valid as long as both are.
ByteSpan key_version_bytes(const TextPacker& packer, const Version& version, std::string& scratch);

}  // namespace belay::store
