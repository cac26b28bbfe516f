#include "auth/token_error.hpp"

#include <string>

namespace belay::auth {
namespace {

class Category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "belay.auth"; }

    std::string message(int value) const override {
        switch (static_cast<TokenError>(value)) {
            case TokenError::no_credential:
                return "no Authorization header";
            case TokenError::not_bearer:
                return "the Authorization header is not Bearer and one token";
            case TokenError::too_long:
                return "the token is longer than 8 KiB";
            case TokenError::not_compact:
                return "the token is not three parts of base64url";
            case TokenError::bad_header:
                return "the token's header is not a JSON object with each name once";
            case TokenError::unknown_algorithm:
                return "the token's alg is missing or not supported";
            case TokenError::unsupported_header:
                return "the token's header has crit, zip, b64 or cty";
            case TokenError::wrong_type:
                return "the token's typ is neither JWT nor at+jwt";
            case TokenError::unknown_key:
                return "no key has the token's kid and alg";
            case TokenError::ambiguous_key:
                return "the token has no kid and too many keys fit its alg";
            case TokenError::bad_signature:
                return "the token's signature does not verify";
            case TokenError::bad_payload:
                return "the token's payload is not a JSON object with each name once";
            case TokenError::bad_claim:
                return "a claim of the token is missing, of the wrong type or impossible";
            case TokenError::expired:
                return "the token has expired";
            case TokenError::not_yet_valid:
                return "the token is not valid yet";
            case TokenError::wrong_issuer:
                return "the token's iss is not the configured issuer";
            case TokenError::wrong_audience:
                return "the token's aud does not name the configured audience";
            case TokenError::unknown_api_key:
                return "no API key has this hash";
            case TokenError::revoked_api_key:
                return "the API key was revoked";
            case TokenError::bad_url:
                return "the URL's query is not that of a signed URL";
            case TokenError::bad_url_signature:
                return "the URL's signature does not verify";
            case TokenError::expired_url:
                return "the URL has expired";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& token_error_category() noexcept {
    static const Category category;
    return category;
}

}  // namespace belay::auth
