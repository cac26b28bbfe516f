#include "store/store_time.hpp"

#include <algorithm>

namespace belay::store {
namespace {

constexpr std::int64_t slew_divisor = 10;

}  // namespace

std::int64_t StoreTime::monotonic() const noexcept {
    return std::chrono::floor<Milliseconds>(clock_.monotonic().time_since_epoch()).count();
}

void StoreTime::start(WallTime latest) noexcept {
    followed_at_ = monotonic();
    const WallTime begin = std::max(latest, clock_.wall());
    latest_.store(latest.time_since_epoch().count(), std::memory_order_relaxed);
    ahead_.store(begin.time_since_epoch().count() - followed_at_, std::memory_order_relaxed);
}

WallTime StoreTime::now() noexcept {
    const std::int64_t time = monotonic() + ahead_.load(std::memory_order_relaxed);
    std::int64_t latest = latest_.load(std::memory_order_relaxed);
    while (latest < time &&
           !latest_.compare_exchange_weak(latest, time, std::memory_order_relaxed)) {
    }
    return WallTime(Milliseconds(std::max(latest, time)));
}

void StoreTime::follow() noexcept {
    const std::int64_t monotonic_now = monotonic();
    const std::int64_t most = (monotonic_now - followed_at_) / slew_divisor;
    if (most == 0) {
        return;  // so short a time is counted the next time
    }
    const std::int64_t ahead = ahead_.load(std::memory_order_relaxed);
    const std::int64_t wanted = clock_.wall().time_since_epoch().count() - monotonic_now;
    ahead_.store(ahead + std::clamp(wanted - ahead, -most, most), std::memory_order_relaxed);
    followed_at_ = monotonic_now;
}

}  // namespace belay::store
