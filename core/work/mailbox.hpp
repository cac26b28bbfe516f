// From many threads to one: small values through a ring of fixed size, without a lock and without
// memory from the heap.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

namespace belay::work {

template <class T>
    requires(std::is_trivially_copyable_v<T>)
class Mailbox {
  public:
    /// `places` is a power of two.
    explicit Mailbox(std::size_t places) : cells_(places), mask_(places - 1) {
        for (std::size_t place = 0; place < places; ++place) {
            // relaxed: nobody else has the object yet.
            cells_[place].turn.store(place, std::memory_order_relaxed);
        }
    }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    /// Any thread. False if it is full.
    bool push(const T& value) noexcept {
        // relaxed: a number that is out of date only costs another round.
        std::uint64_t number = tail_.load(std::memory_order_relaxed);
        for (;;) {
            Cell& cell = cells_[number & mask_];
            // acquire, with the release in pop(): what was here has been read.
            const std::uint64_t turn = cell.turn.load(std::memory_order_acquire);
            if (turn < number) {
                return false;
            }
            if (turn > number) {
                number = tail_.load(std::memory_order_relaxed);
                continue;
            }
            // relaxed: it hands out numbers; what is at them is ordered by `turn`.
            if (tail_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) {
                cell.value = value;
                // A release for pop(), and seq_cst for a reader that announces its sleep and then
                // calls empty(): store, then look, on both sides.
                cell.turn.store(number + 1, std::memory_order_seq_cst);
                return true;
            }
        }
    }

    /// The one reader. What one thread pushed comes in its order.
    std::optional<T> pop() noexcept {
        Cell& cell = cells_[head_ & mask_];
        // acquire, with the store in push(): the value was written before.
        if (cell.turn.load(std::memory_order_acquire) != head_ + 1) {
            return std::nullopt;
        }
        const T value = cell.value;
        // release, with the acquire in push(): the value was read before another is written.
        cell.turn.store(head_ + mask_ + 1, std::memory_order_release);
        ++head_;
        return value;
    }

    /// The one reader: whether pop() gives nothing. seq_cst, as in push().
    bool empty() const noexcept {
        return cells_[head_ & mask_].turn.load(std::memory_order_seq_cst) != head_ + 1;
    }

  private:
    /// At number n of the queue the place is the writer's while `turn` is n, and the reader's while
    /// it is n + 1.
    struct Cell {
        std::atomic<std::uint64_t> turn;
        T value{};
    };

    std::vector<Cell> cells_;
    const std::uint64_t mask_;
    alignas(64) std::atomic<std::uint64_t> tail_{0};  ///< the next number to be written
    alignas(64) std::uint64_t head_ = 0;              ///< the next to be read: the reader's
};

}  // namespace belay::work
