#include "store/log/aligned_buffer.hpp"

#include <cstring>

#include "core/base/check.hpp"

namespace belay::store {

AlignedBuffer::AlignedBuffer(std::size_t bytes)
    : data_(static_cast<std::byte*>(std::aligned_alloc(limits::block_bytes, bytes))), size_(bytes) {
    check(bytes % limits::block_bytes == 0, "an aligned buffer is whole blocks");
    if (data_ == nullptr) {
        throw std::bad_alloc();
    }
    std::memset(data_.get(), 0, size_);
}

}  // namespace belay::store
