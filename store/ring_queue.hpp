// First in, first out, in memory that is allocated only when the queue is longer than ever before:
// the queues of a lane are on the way of every operation.
#pragma once

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include "core/base/check.hpp"

namespace belay::store {

/// Not thread-safe.
template <class T>
class RingQueue {
  public:
    bool empty() const noexcept { return count_ == 0; }
    std::size_t size() const noexcept { return count_; }

    /// Makes room, so that `more` calls of push need no memory. False when there is none.
    bool reserve(std::size_t more) noexcept {
        try {
            while (slots_.size() - count_ < more) {
                grow();
            }
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }

    void push(T value) {
        if (count_ == slots_.size()) {
            grow();
        }
        slots_[(first_ + count_) & (slots_.size() - 1)] = std::move(value);
        ++count_;
    }

    T& front() noexcept { return (*this)[0]; }
    T& back() noexcept { return (*this)[count_ - 1]; }

    /// The element `at` places behind the front.
    T& operator[](std::size_t at) noexcept {
        check(at < count_, "a queue's element is in the queue");
        return slots_[(first_ + at) & (slots_.size() - 1)];
    }

    void pop() noexcept {
        check(count_ != 0, "something is in a queue that is popped");
        first_ = (first_ + 1) & (slots_.size() - 1);
        --count_;
    }

  private:
    void grow() {
        std::vector<T> larger(slots_.empty() ? 64 : slots_.size() * 2);
        for (std::size_t at = 0; at < count_; ++at) {
            larger[at] = std::move((*this)[at]);
        }
        slots_ = std::move(larger);
        first_ = 0;
    }

    std::vector<T> slots_;  // as many as a power of two, or none
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace belay::store
