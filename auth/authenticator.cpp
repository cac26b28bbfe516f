#include "auth/authenticator.hpp"

#include <utility>

#include "auth/jws.hpp"

namespace belay::auth {
namespace {

/// The token of "Bearer <token>"; empty if the header is anything else.
std::string_view bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer";
    if (authorization.size() <= scheme.size() || authorization[scheme.size()] != ' ') {
        return {};
    }
    for (std::size_t at = 0; at < scheme.size(); ++at) {
        // Setting bit 0x20 lowers a letter; nothing but a letter's capital gives that letter.
        if ((authorization[at] | 0x20) != scheme[at]) {
            return {};
        }
    }
    authorization.remove_prefix(scheme.size());
    const std::size_t begin = authorization.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string_view() : authorization.substr(begin);
}

}  // namespace

Authenticator::Authenticator(const KeySource& keys, const ApiKeySource& api_keys,
                             const world::Clock& clock, world::Entropy& entropy,
                             AuthenticatorSettings settings)
    : clock_(clock),
      claims_(std::move(settings.claims)),
      keys_(keys.published()),
      api_keys_(api_keys.published()),
      tokens_(settings.cached_tokens, entropy),
      known_api_keys_(settings.cached_tokens, entropy) {}

const Principal* Authenticator::authenticate(std::string_view authorization) {
    const result<const Principal*> principal = principal_of(authorization);
    if (!principal) {
        last_error_ = principal.error();
        return nullptr;
    }
    last_error_.clear();
    return *principal;
}

result<const Principal*> Authenticator::principal_of(std::string_view authorization) {
    if (authorization.empty()) {
        return TokenError::no_credential;
    }
    const std::string_view token = bearer_token(authorization);
    if (token.empty()) {
        return TokenError::not_bearer;
    }
    if (token.size() > token_bytes_max) {
        return TokenError::too_long;
    }
    const WallTime now = clock_.wall();
    return looks_like_api_key(token) ? by_api_key(token, now) : by_token(token, now);
}

result<const Principal*> Authenticator::by_token(std::string_view token, WallTime now) {
    keys_.refresh();
    if (const Principal* known = tokens_.find(token, now, keys_.generation())) {
        return known;
    }
    const result<std::string> payload = verify_jws(token, keys_.value());
    if (!payload) {
        return payload.error();
    }
    result<Verified> verified = read_claims(*payload, claims_, now);
    if (!verified) {
        return verified.error();
    }
    return tokens_.store(token, std::move(*verified), keys_.generation());
}

result<const Principal*> Authenticator::by_api_key(std::string_view key, WallTime now) {
    api_keys_.refresh();
    if (const Principal* known = known_api_keys_.find(key, now, api_keys_.generation())) {
        return known;
    }
    result<Verified> verified = api_keys_.value().verify(key);
    if (!verified) {
        return verified.error();
    }
    return known_api_keys_.store(key, std::move(*verified), api_keys_.generation());
}

}  // namespace belay::auth
