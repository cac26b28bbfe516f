// How often a caller may ask for what: a token bucket for each (tenant, subject, operation).
//
// A bucket of `count` tokens that fills in `window` is one number: the time at which it will be
// full again. A request moves that time by window/count and is refused if it would then lie more
// than a window ahead (the generic cell rate algorithm). So a bucket is one atomic word, a bucket
// whose time has passed is as good as none, and its place is free for another.
//
// Buckets stand in a table of fixed size, in sets of eight; a set in which all are in use gives up
// the one that is nearest to full (with 26,000 callers at once, one set in five million). Nobody
// waits for anybody: where two threads meet at the same moment over a place that changes hands, one
// request may go uncounted.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "core/world/clock.hpp"
#include "core/world/entropy.hpp"
#include "http/server/throttle.hpp"

namespace belay::http {

/// The operations that are limited. Of the server's own routes, of the ledger's and of signed URLs,
/// none is.
namespace rates {

inline constexpr RateClass contexts_create{1};
inline constexpr RateClass contexts_read{2};
inline constexpr RateClass contexts_upload{3};
inline constexpr RateClass exports_create{4};
inline constexpr RateClass exports_list{5};
inline constexpr RateClass exports_get{6};
inline constexpr RateClass exports_cancel{7};
inline constexpr RateClass exports_download{8};
inline constexpr RateClass transfers_initiate{9};
inline constexpr RateClass transfers_process{10};
inline constexpr RateClass transfers_list{11};
inline constexpr RateClass transfers_get{12};
inline constexpr RateClass transfers_cancel{13};
inline constexpr RateClass transfers_poll{14};
inline constexpr RateClass webhooks_read{15};
inline constexpr RateClass webhooks_write{16};
inline constexpr RateClass batches_create{17};
inline constexpr RateClass batches_get{18};
inline constexpr RateClass batches_cancel{19};
inline constexpr RateClass events_read{20};
inline constexpr RateClass destinations_read{21};
inline constexpr RateClass destinations_write{22};

inline constexpr std::size_t class_count = 23;  ///< with `unlimited`

}  // namespace rates

/// So many requests in any such time on average, and so many at once. A count of zero: no limit.
struct Rate {
    std::uint32_t count = 0;
    Milliseconds window{};
};

/// By RateClass.
using Rates = std::array<Rate, rates::class_count>;

class RateLimits final : public Throttle {
  public:
    /// 4 MiB.
    static constexpr std::size_t usual_places = std::size_t{1} << 18;

    /// `places` is a power of two, of 8 at least. Tenants and subjects are found by a hash that
    /// nobody outside knows; the clock outlives this.
    RateLimits(const Rates& limits, const world::Clock& clock, world::Entropy& entropy,
               std::size_t places = usual_places);

    RateStanding take(const auth::Principal& principal, RateClass of) noexcept override;

  private:
    using Nanoseconds = std::uint64_t;  // since the limits were made

    /// All zero: free.
    struct Place {
        std::atomic<std::uint64_t> key{0};
        std::atomic<Nanoseconds> full_at{0};
    };
    static constexpr std::size_t places_of_set = 8;
    struct alignas(64) Set {
        std::array<Place, places_of_set> places;
    };

    /// What a rate comes to.
    struct Bucket {
        std::uint32_t count = 0;    ///< 0: no limit
        Nanoseconds of_token = 0;   ///< in which one token comes back
        Nanoseconds of_bucket = 0;  ///< in which all do
    };

    std::uint64_t key_of(const auth::Principal& principal, RateClass of) const noexcept;
    /// What a look at a set has found for a key.
    struct Found {
        Place* place = nullptr;  ///< the key's own, else the one to take for it
        std::uint64_t key = 0;   ///< that it had
        Nanoseconds full_at = 0;
        bool is_own = false;
        bool is_changing = false;  ///< another thread is taking it for a key
    };

    Set& set_of(std::uint64_t key) noexcept { return sets_[(key >> 1) & (set_count_ - 1)]; }
    static Found look(Set& set, std::uint64_t key, Nanoseconds now) noexcept;
    static bool take_place(const Found& found, std::uint64_t key, Nanoseconds full_at) noexcept;
    RateStanding standing(const Bucket& bucket, Nanoseconds full_at, Nanoseconds now,
                          Nanoseconds wait) const noexcept;

    std::array<Bucket, rates::class_count> buckets_;
    const world::Clock& clock_;
    const world::MonotonicTime began_;
    const std::uint64_t seed_;
    const std::size_t set_count_;
    const std::unique_ptr<Set[]> sets_;
};

}  // namespace belay::http
