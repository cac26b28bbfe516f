// API keys: long-lived credentials of an account, kept as hashes (contracts README 6).
//
// A key is "sk_" or "rk_", "test_" or "live_", and 32 random base62 characters (190 bits). An sk_
// key has every scope but admin, or those listed; an rk_ (restricted) key has only those listed.
// The secret is shown once, when the key is made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/claims.hpp"
#include "auth/digest.hpp"
#include "auth/principal.hpp"
#include "auth/token_error.hpp"
#include "core/base/result.hpp"
#include "core/world/entropy.hpp"

namespace belay::auth {

/// Whether a credential has the form of an API key; if not it can only be a token, whose first
/// octets are another's (a JSON object in base64url begins with "e" or white space's "I", "C",
/// "D").
bool looks_like_api_key(std::string_view credential) noexcept;

/// What is kept of a key.
struct ApiKey {
    job::Uuid id;
    Digest256 hash{};  ///< SHA-256 of the whole key
    job::TenantId tenant;
    Mode mode = Mode::test;
    bool restricted = false;
    std::optional<std::vector<std::string>> scopes;  ///< always there for a restricted key
    WallTime created;
    std::optional<WallTime> revoked;
};

struct ApiKeyRequest {
    job::TenantId tenant;
    Mode mode = Mode::test;
    bool restricted = false;
    std::optional<std::vector<std::string>> scopes;
};

struct NewApiKey {
    std::string secret;  ///< the only time it is in clear
    ApiKey key;
};

/// A key of random octets; nothing is kept of it here.
NewApiKey make_api_key(const ApiKeyRequest& request, WallTime now, world::Entropy& entropy);

/// All keys, revoked ones included, as one immutable value: any number of threads may read it.
class ApiKeySet {
  public:
    static constexpr std::size_t json_bytes_max = 16 * 1024 * 1024;

    ApiKeySet() = default;
    explicit ApiKeySet(std::vector<ApiKey> keys);

    /// Reads what `format` wrote. Strict: an unknown member, a wrong type, a hash twice or a
    /// restricted key without scopes refuse the file.
    static explained<ApiKeySet> parse(std::string_view json);
    std::string format() const;

    const std::vector<ApiKey>& keys() const noexcept { return keys_; }

    /// The principal of a key: its tenant, its scopes, its mode, and "api-key:<id>" as subject. The
    /// lookup is by hash, so its time tells nothing about the keys there are.
    result<Verified> verify(std::string_view secret) const;

  private:
    struct HashOfHash {
        std::size_t operator()(const Digest256& digest) const noexcept {
            return load_little<std::size_t>(digest.data());  // it is uniform already
        }
    };

    std::vector<ApiKey> keys_;
    std::unordered_map<Digest256, std::size_t, HashOfHash> by_hash_;
};

}  // namespace belay::auth
