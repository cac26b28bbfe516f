// Memory for the one operation that an object has under way in Asio, inside that object. Asio's own
// cache of operations does not survive a call of poll_one() (core/run/shard.hpp), so a wait would
// cost an allocation each.
#pragma once

#include <array>
#include <cstddef>

#include "core/base/check.hpp"

namespace belay::run {

class HandlerSlot {
  public:
    HandlerSlot() = default;
    HandlerSlot(const HandlerSlot&) = delete;
    HandlerSlot& operator=(const HandlerSlot&) = delete;

    void* take(std::size_t wanted) {
        check(!taken_ && wanted <= memory_.size(), "one operation of known size at a time");
        taken_ = true;
        return memory_.data();
    }

    void give() noexcept { taken_ = false; }

  private:
    static constexpr std::size_t bytes = 192;

    alignas(std::max_align_t) std::array<std::byte, bytes> memory_;
    bool taken_ = false;
};

/// The allocator that a handler names as its associated one.
template <class T>
class SlotAllocator {
  public:
    using value_type = T;

    explicit SlotAllocator(HandlerSlot& slot) noexcept : slot_(&slot) {}

    template <class U>
    // Implicit: what the allocator requirements ask for.
    SlotAllocator(const SlotAllocator<U>& other) noexcept  // NOLINT(google-explicit-constructor)
        : slot_(other.slot()) {}

    T* allocate(std::size_t count) { return static_cast<T*>(slot_->take(count * sizeof(T))); }
    void deallocate(T*, std::size_t) noexcept { slot_->give(); }

    HandlerSlot* slot() const noexcept { return slot_; }

    friend bool operator==(const SlotAllocator&, const SlotAllocator&) = default;

  private:
    HandlerSlot* slot_;
};

}  // namespace belay::run
