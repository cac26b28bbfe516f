// The keys that tokens are verified with, as one immutable value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/algorithm.hpp"
#include "auth/key.hpp"
#include "core/base/result.hpp"

namespace belay::auth {

/// A key with what binds it: its name, and the algorithms it may be used with.
struct VerificationKey {
    std::optional<std::string> id;
    Key key;
    AlgorithmSet algorithms;
};

/// Immutable, so any number of threads may read it.
class KeySet {
  public:
    static constexpr std::size_t json_bytes_max = 256 * 1024;
    static constexpr std::size_t keys_max = 64;

    /// Verifies nothing.
    KeySet() = default;
    explicit KeySet(std::vector<VerificationKey> keys) : keys_(std::move(keys)) {}

    /// Reads a JWKS (RFC 7517) of RSA, EC P-256, OKP Ed25519 and oct keys.
    ///
    /// A key is skipped (RFC 7517 section 5) if its `kty`, `crv` or `alg` is none of ours, its
    /// `use` is not "sig", or its `key_ops` lacks "verify". The whole set is refused, so that the
    /// operator learns of it, if a key of ours is damaged or weak (auth/key.hpp), a `kid` appears
    /// twice, or secret (oct) and public keys are mixed: a set with secrets is not one to hand
    /// around, and one that was handed around must not make secrets. oct keys are for the
    /// operator's own file only, which is the only place where belay reads a set from.
    ///
    /// A key with `alg` serves that algorithm alone; an RSA key without serves RS256 and PS256, an
    /// oct key without those of HS256, HS384 and HS512 that it is long enough for.
    static explained<KeySet> parse(std::string_view json);

    const std::vector<VerificationKey>& keys() const noexcept { return keys_; }

  private:
    std::vector<VerificationKey> keys_;
};

}  // namespace belay::auth
