// A count that many threads change and few read.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace belay::store {

/// Thread-safe. Relaxed throughout: the count says how full something is and orders nothing.
class StripedCount {
  public:
    /// `stripe` is the participant's index: threads with different stripes do not contend.
    void add(std::size_t stripe, std::int64_t change) noexcept {
        stripes_[stripe % stripes_.size()].value.fetch_add(change, std::memory_order_relaxed);
    }

    /// Never below zero, though single stripes are, and though a sum taken while others add may
    /// miss an addition whose subtraction it sees.
    std::size_t sum() const noexcept {
        std::int64_t total = 0;
        for (const Stripe& stripe : stripes_) {
            total += stripe.value.load(std::memory_order_relaxed);
        }
        return total < 0 ? 0 : static_cast<std::size_t>(total);
    }

  private:
    struct alignas(64) Stripe {
        std::atomic<std::int64_t> value{0};
    };

    std::array<Stripe, 16> stripes_;
};

}  // namespace belay::store
