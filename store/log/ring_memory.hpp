// Memory that continues at its own beginning: the same pages mapped twice in a row, so that a range
// of up to the whole capacity is contiguous wherever it starts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/result.hpp"

namespace belay::store {

enum class RingPages : std::uint8_t {
    touched,    ///< no first use faults
    when_used,  ///< each costs at its first use: for rings that live shortly
};

class RingMemory {
  public:
    /// `capacity` is a power of two and a multiple of the page. The pages are zero.
    static result<RingMemory> map(std::size_t capacity, RingPages pages);

    RingMemory(RingMemory&& other) noexcept;
    RingMemory& operator=(RingMemory&&) = delete;
    ~RingMemory();

    std::byte* data() const noexcept { return data_; }
    std::size_t capacity() const noexcept { return capacity_; }

  private:
    RingMemory(std::byte* data, std::size_t capacity) noexcept : data_(data), capacity_(capacity) {}

    std::byte* data_;
    std::size_t capacity_;
};

}  // namespace belay::store
