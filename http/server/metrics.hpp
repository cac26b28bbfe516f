// What a shard's server counts. Written by its thread alone, read by any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace belay::http {

class Counter {
  public:
    // Relaxed: a number on a page orders nothing. Load and store instead of a read-modify-write:
    // there is one writer.
    void add(std::uint64_t amount = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t amount = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
    }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

struct ServerMetrics {
    Counter connections_accepted;
    Counter connections_open;
    Counter connections_over_limit;  ///< closed at once: too many from one address
    Counter accept_pauses;           ///< no descriptor or memory was left
    Counter handshakes_failed;
    Counter deadlines_missed;  ///< connections cut: slow head, body, reader or handshake
    Counter bytes_received;
    Counter bytes_sent;
    /// By the first digit of the status: 2 is 2xx.
    std::array<Counter, 6> requests_by_class;

    void count_answer(int status) noexcept {
        requests_by_class[static_cast<std::size_t>(status / 100) % requests_by_class.size()].add();
    }
};

}  // namespace belay::http
