// Idempotency, the part that all families share: what is remembered under a key, and what a
// request that names the key again is told (contracts README 2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"

namespace belay::job {

/// What tells two requests under one key apart: they are the same if these are equal. SHA-256 over
/// method, target and raw body; zeros for a request that says nothing beyond what its key's scope
/// has (http/families/common/idempotency_key.hpp).
using Fingerprint = std::array<std::byte, 32>;

/// What is kept under a key, from the transition that claimed it until `expires`.
struct RememberedAnswer {
    Fingerprint fingerprint{};
    std::uint16_t status = 0;
    WallTime expires{};
    /// The answer's body, byte for byte. A view of whoever holds the answer.
    std::string_view body;
};

enum class KeyVerdict : std::uint8_t {
    /// Nobody has used the key, or its time is over: the request runs.
    fresh,
    /// The same request was answered before.
    replay,
    /// Another request was answered under this key.
    reused,
};

/// A key lives at least its promised time; at `expires` it is as if it had never been used.
constexpr KeyVerdict judge_key(const std::optional<RememberedAnswer>& remembered,
                               const Fingerprint& fingerprint, WallTime now) noexcept {
    if (!remembered || remembered->expires <= now) {
        return KeyVerdict::fresh;
    }
    return remembered->fingerprint == fingerprint ? KeyVerdict::replay : KeyVerdict::reused;
}

}  // namespace belay::job
