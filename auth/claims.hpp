// The claims of a token (RFC 7519): what they must be, and the principal they make.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.hpp"
#include "auth/token_error.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace belay::auth {

struct ClaimRules {
    static constexpr Milliseconds leeway_max{60'000};

    std::string issuer;               ///< `iss` must be exactly this; empty: any or none
    std::string audience;             ///< `aud` must name exactly this; empty: any or none
    Milliseconds leeway{leeway_max};  ///< for clocks that differ; 0 to leeway_max
};

/// A principal and the time from which its credential proves nothing any more.
struct Verified {
    Principal principal;
    WallTime valid_until;
};

/// Reads the payload of a token whose signature is good.
///
/// `exp` is needed; `exp`, `nbf` and `iat` are numbers (decimals allowed) of seconds since 1970,
/// from 0 to the end of the year 9999; the token is good while nbf - leeway <= now < exp + leeway,
/// and `iat` is only looked at for its form. `sub` is needed: 1 to 256 octets without control
/// characters. `tenantId` or `tenant_id` is needed: a UUID that is not nil; both may be there if
/// they are the same. `scope`: names divided by spaces (RFC 6749 section 3.3), at most 64; an empty
/// one gives no scope, none at all gives every one but admin. `livemode`: a boolean, by default
/// true. `aud`: a string or an array of strings. Anything else is bad_claim; other claims are not
/// looked at.
result<Verified> read_claims(std::string_view payload, const ClaimRules& rules, WallTime now);

/// What a token made by us says.
struct TokenRequest {
    job::TenantId tenant;
    std::string subject;
    std::optional<std::vector<std::string>> scopes;  ///< nothing: no scope claim
    Mode mode = Mode::live;
    Milliseconds lifetime{3'600'000};
    std::string issuer;    ///< empty: no iss
    std::string audience;  ///< empty: no aud
};

/// The payload that read_claims reads back.
std::string write_claims(const TokenRequest& request, WallTime now);

}  // namespace belay::auth
