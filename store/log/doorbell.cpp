#include "store/log/doorbell.hpp"

#include <algorithm>
#include <climits>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace belay::store {
namespace {

enum : std::uint32_t { awake = 0, asleep = 1, rung = 2 };

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t),
              "the futex is the atomic's own word");

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
           const timespec* timeout) noexcept {
    return syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, value, timeout,
                   nullptr, 0);
}

timespec to_timespec(std::chrono::nanoseconds time) noexcept {
    constexpr std::chrono::nanoseconds hour = std::chrono::hours(1);
    const auto bounded = std::clamp(time, std::chrono::nanoseconds(0), hour);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(bounded);
    return {.tv_sec = seconds.count(), .tv_nsec = (bounded - seconds).count()};
}

}  // namespace

void Doorbell::ring() noexcept {
    // Acquire and release, with the exchange in sleep: what was published before the ring is seen
    // by the sleeper that finds the word rung. A sleeper that does not find it so comes later in
    // the word's order and is found asleep here.
    if (state_.exchange(rung, std::memory_order_acq_rel) == asleep) {
        futex(state_, FUTEX_WAKE_PRIVATE, 1, nullptr);
    }
}

void Doorbell::sleep(std::chrono::nanoseconds at_most) noexcept {
    std::uint32_t expected = awake;
    // Acquire and release, with the exchange in ring, which comes before or after it in the word's
    // order: before, it fails here; after, it finds the word asleep.
    if (at_most > std::chrono::nanoseconds(0) &&
        state_.compare_exchange_strong(expected, asleep, std::memory_order_acq_rel)) {
        const timespec timeout = to_timespec(at_most);
        // Returns at once if the word is no longer `asleep`; woken early or by a signal, the caller
        // looks for work once more than needed.
        futex(state_, FUTEX_WAIT_PRIVATE, asleep, &timeout);
    }
    // Acquire, with the exchange in ring.
    state_.exchange(awake, std::memory_order_acq_rel);
}

}  // namespace belay::store
