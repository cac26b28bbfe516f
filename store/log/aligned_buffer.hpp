// Memory aligned to a block, as direct I/O asks for it.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"

namespace belay::store {

/// Zeroed at construction; its size is a multiple of limits::block_bytes.
class AlignedBuffer {
  public:
    explicit AlignedBuffer(std::size_t bytes);

    std::byte* data() noexcept { return data_.get(); }
    const std::byte* data() const noexcept { return data_.get(); }
    std::size_t size() const noexcept { return size_; }
    MutableByteSpan span() noexcept { return {data_.get(), size_}; }
    ByteSpan span() const noexcept { return {data_.get(), size_}; }

  private:
    struct Free {
        void operator()(std::byte* data) const noexcept { std::free(data); }
    };

    std::unique_ptr<std::byte, Free> data_;
    std::size_t size_;
};

}  // namespace belay::store
