// URLs that carry their own permission: whoever holds one may do one thing to one object until it
// expires (contracts README 3 and 4, reliability 6.4).
//
// The query is, in this order,
//   expires=<unix seconds>&key=<key
//   id>&object=<object>&signature=<base64url>&tenant=<uuid>&version=1
// and the signature is HMAC-SHA256, under the secret of `key`, over these fields, each behind its
// length as 32 bits little-endian, so that no two different requests give the same octets:
//   "belay-url", version, method, path, expires, key, object, tenant
// The path is signed as the octets that stand in the request line. The host is not signed: the same
// URL works behind another name. No value needs percent-encoding, and none is decoded.
#pragma once

#include <string>
#include <string_view>

#include "auth/token_error.hpp"
#include "auth/url_keys.hpp"
#include "core/job/ids.hpp"

namespace belay::auth {

/// What a URL permits.
struct UrlGrant {
    job::TenantId tenant;
    std::string object;  ///< 1 to 128 of letters, digits, '-', '.', '_', '~'
};

/// Thread-safe: it never changes. Revoking a key is making another signer.
class UrlSigner {
  public:
    static constexpr Milliseconds lifetime_max{7LL * 24 * 3600 * 1000};

    explicit UrlSigner(UrlKeyRing keys) : keys_(std::move(keys)) {}

    /// The query that lets `method` be used on `path` for `lifetime` (over 0, up to lifetime_max)
    /// from now. What permits GET permits HEAD. `object` must have the form above.
    std::string sign(std::string_view method, std::string_view path, const UrlGrant& grant,
                     Milliseconds lifetime, WallTime now) const;

    /// What the query (without '?') permits. Parameters may come in any order, each exactly once
    /// and none besides; otherwise TokenError::bad_url. bad_url_signature for an octet that is not
    /// what was signed, and for a key that is gone. expired_url from the second of `expires` on.
    result<UrlGrant> verify(std::string_view method, std::string_view path, std::string_view query,
                            WallTime now) const;

  private:
    UrlKeyRing keys_;
};

}  // namespace belay::auth
