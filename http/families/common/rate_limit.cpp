#include "http/families/common/rate_limit.hpp"

#include <algorithm>
#include <bit>

#include <xxhash.h>

#include "core/base/check.hpp"

namespace belay::http {
namespace {

constexpr std::uint64_t nanoseconds_of_second = 1'000'000'000;

/// In the lowest bit of a place's key: a thread is taking the place for that key.
constexpr std::uint64_t changing = 1;

/// Looks at a set whose places change hands under our eyes; then the request goes uncounted.
constexpr unsigned looks_max = 64;

std::uint64_t seconds_up(std::uint64_t nanoseconds) noexcept {
    return (nanoseconds + nanoseconds_of_second - 1) / nanoseconds_of_second;
}

}  // namespace

RateLimits::RateLimits(const Rates& limits, const world::Clock& clock, world::Entropy& entropy,
                       std::size_t places)
    : clock_(clock),
      began_(clock.monotonic()),
      seed_(entropy.number()),
      set_count_(places / places_of_set),
      sets_(std::make_unique<Set[]>(set_count_)) {
    check(std::has_single_bit(places) && places >= places_of_set, "places come in whole sets");
    for (std::size_t at = 0; at < limits.size(); ++at) {
        const Rate& rate = limits[at];
        if (rate.count == 0) {
            continue;
        }
        const auto window = std::chrono::nanoseconds(rate.window).count();
        const auto of_token = static_cast<Nanoseconds>(window) / rate.count;
        check(of_token > 0, "a token takes time to come back");
        buckets_[at] = {rate.count, of_token, of_token * rate.count};
    }
}

RateStanding RateLimits::take(const auth::Principal& principal, RateClass of) noexcept {
    const auto at = static_cast<std::size_t>(of);
    check(at < buckets_.size(), "a class is one of the table");
    const Bucket& bucket = buckets_[at];
    if (bucket.count == 0) {
        return {};
    }
    const auto now = static_cast<Nanoseconds>((clock_.monotonic() - began_).count());
    const std::uint64_t key = key_of(principal, of);
    Set& set = set_of(key);
    for (unsigned looks = 0; looks < looks_max; ++looks) {
        Found found = look(set, key, now);
        if (found.is_changing) {
            continue;
        }
        if (!found.is_own) {
            if (take_place(found, key, now + bucket.of_token)) {
                return standing(bucket, now + bucket.of_token, now, 0);
            }
            continue;
        }
        const Nanoseconds full_at = std::max(found.full_at, now) + bucket.of_token;
        if (full_at - now > bucket.of_bucket) {
            return standing(bucket, found.full_at, now, full_at - now - bucket.of_bucket);
        }
        // acq_rel: the next who looks sees the key that we saw; what others charged is seen here.
        if (found.place->full_at.compare_exchange_strong(
                found.full_at, full_at, std::memory_order_acq_rel, std::memory_order_relaxed)) {
            return standing(bucket, full_at, now, 0);
        }
    }
    return standing(bucket, now + bucket.of_token, now, 0);
}

std::uint64_t RateLimits::key_of(const auth::Principal& principal, RateClass of) const noexcept {
    const auto& tenant = principal.tenant.octets;
    const std::uint64_t of_tenant = XXH3_64bits_withSeed(tenant.data(), tenant.size(), seed_);
    const std::uint64_t of_class = of_tenant + static_cast<std::uint64_t>(of);
    const std::uint64_t hash =
        XXH3_64bits_withSeed(principal.subject.data(), principal.subject.size(), of_class);
    const std::uint64_t key = hash & ~changing;
    return key == 0 ? changing << 1 : key;
}

RateLimits::Found RateLimits::look(Set& set, std::uint64_t key, Nanoseconds now) noexcept {
    Found best;
    for (Place& place : set.places) {
        // acquire, both: pair with the releases in take_place() and with the charge. The time is
        // read between two looks at the key: a time that was set for another key is seen only
        // together with that key, or with the mark that it is coming.
        const std::uint64_t before = place.key.load(std::memory_order_acquire);
        const Nanoseconds full_at = place.full_at.load(std::memory_order_acquire);
        const std::uint64_t after = place.key.load(std::memory_order_acquire);
        if ((after & ~changing) == key || (before & ~changing) == key) {
            const bool is_own = before == key && after == key;
            return {&place, key, full_at, is_own, !is_own};
        }
        // A free place before one in use, the first of several; then the one nearest to full.
        const bool is_better =
            best.place == nullptr || (best.full_at > now && full_at < best.full_at);
        if (before == after && (after & changing) == 0 && is_better) {
            best = {&place, after, full_at, false, false};
        }
    }
    best.is_changing = best.place == nullptr;
    return best;
}

bool RateLimits::take_place(const Found& found, std::uint64_t key, Nanoseconds full_at) noexcept {
    std::uint64_t key_before = found.key;
    // acq_rel: whoever sees the new time sees this mark, too.
    if (!found.place->key.compare_exchange_strong(
            key_before, key | changing, std::memory_order_acq_rel, std::memory_order_relaxed)) {
        return false;
    }
    Nanoseconds time_before = found.full_at;
    const bool taken = found.place->full_at.compare_exchange_strong(
        time_before, full_at, std::memory_order_acq_rel, std::memory_order_relaxed);
    // release: whoever sees the key sees its time. Its owner charged it meanwhile: it stays his.
    found.place->key.store(taken ? key : found.key, std::memory_order_release);
    return taken;
}

RateStanding RateLimits::standing(const Bucket& bucket, Nanoseconds full_at, Nanoseconds now,
                                  Nanoseconds wait) const noexcept {
    const Nanoseconds missing = full_at - now;
    const WallTime full =
        clock_.wall() + std::chrono::ceil<Milliseconds>(std::chrono::nanoseconds(missing));
    const auto full_seconds = std::chrono::ceil<std::chrono::seconds>(full.time_since_epoch());
    RateStanding told;
    told.limit = bucket.count;
    told.remaining =
        wait == 0 ? static_cast<std::uint32_t>((bucket.of_bucket - missing) / bucket.of_token) : 0;
    told.full_at = static_cast<std::uint64_t>(std::max<std::int64_t>(full_seconds.count(), 0));
    told.retry_seconds = static_cast<std::uint32_t>(seconds_up(wait));
    return told;
}

}  // namespace belay::http
