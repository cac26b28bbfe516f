// The seam to rate limits: asked once for each request of a limited route, after its caller is
// known and before its body is read, so that what is refused leaves no trace.
#pragma once

#include <cstdint>

#include "auth/principal.hpp"

namespace belay::http {

/// A number of what is limited as one; zero: never limited. Whoever makes the throttle and the
/// routes gives them their meaning.
enum class RateClass : std::uint8_t { unlimited = 0 };

/// What a caller is told of its rate.
struct RateStanding {
    std::uint32_t limit = 0;          ///< requests at once; 0: this is not limited
    std::uint32_t remaining = 0;      ///< of them, after this one
    std::uint64_t full_at = 0;        ///< when all are there again, in seconds since 1970
    std::uint32_t retry_seconds = 0;  ///< refused: when the next may come; 0: admitted

    bool is_refused() const noexcept { return retry_seconds != 0; }
};

/// Shared by all shards: thread-safe, and without a wait.
class Throttle {
  public:
    virtual ~Throttle() = default;

    /// Takes one request of this class from what the caller has.
    virtual RateStanding take(const auth::Principal& principal, RateClass of) noexcept = 0;
};

}  // namespace belay::http
