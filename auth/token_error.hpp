// Why a credential was refused. For the log only: the client sees one 401 for all of them, because
// a reason tells an attacker how far he came (contracts README 6).
#pragma once

#include <boost/system/error_code.hpp>

namespace belay::auth {

enum class TokenError {
    /// There is no Authorization header, or it is empty.
    no_credential = 1,
    /// The Authorization header is not "Bearer", spaces and one token.
    not_bearer,
    /// The token is longer than 8 KiB.
    too_long,
    /// The token is not three parts of base64url divided by two dots.
    not_compact,
    /// The token's header is not a JSON object with each name once.
    bad_header,
    /// The header's `alg` is missing, "none", or not one that belay speaks.
    unknown_algorithm,
    /// The header asks for something that belay does not do: `crit`, `zip`, `b64` or `cty`.
    unsupported_header,
    /// The header's `typ` is not that of a JWT or an access token.
    wrong_type,
    /// No key of the set has this `kid` and this algorithm.
    unknown_key,
    /// The token names no key and too many would have to be tried.
    ambiguous_key,
    /// The signature is not one by our keys.
    bad_signature,
    /// The token's payload is not a JSON object with each name once.
    bad_payload,
    /// A claim that is needed is missing, or one has the wrong type or an impossible value.
    bad_claim,
    /// `exp` is past.
    expired,
    /// `nbf` is still to come.
    not_yet_valid,
    /// `iss` is not the configured issuer.
    wrong_issuer,
    /// `aud` does not name the configured audience.
    wrong_audience,
    /// No API key has this hash.
    unknown_api_key,
    /// The API key was revoked.
    revoked_api_key,
    /// The query of a signed URL does not have exactly the parameters of one.
    bad_url,
    /// The signature of the URL is not one of this method, path and parameters by our keys.
    bad_url_signature,
    /// The URL's time is over.
    expired_url,
};

const boost::system::error_category& token_error_category() noexcept;

inline boost::system::error_code make_error_code(TokenError error) noexcept {
    return {static_cast<int>(error), token_error_category()};
}

}  // namespace belay::auth

template <>
struct boost::system::is_error_code_enum<belay::auth::TokenError> : std::true_type {};
