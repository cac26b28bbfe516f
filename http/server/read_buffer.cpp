#include "http/server/read_buffer.hpp"

#include <cstring>
#include <utility>

namespace belay::http {

std::unique_ptr<char[]> BufferPool::take() {
    std::unique_ptr<char[]> buffer;
    if (kept_.empty()) {
        buffer = std::make_unique_for_overwrite<char[]>(buffer_bytes);
    } else {
        buffer = std::move(kept_.back());
        kept_.pop_back();
    }
    ++taken_;
    return buffer;
}

void BufferPool::give(std::unique_ptr<char[]> buffer) {
    --taken_;
    if (kept_.size() < kept_max) {
        kept_.push_back(std::move(buffer));
    }
}

std::span<char> ReadBuffer::room() {
    if (end_ == capacity_) {
        grow(capacity_ == 0 ? BufferPool::buffer_bytes : capacity_ * 2);
    }
    return {data_.get() + end_, capacity_ - end_};
}

void ReadBuffer::append(std::string_view bytes) {
    if (end_ + bytes.size() > capacity_) {
        grow(end_ + bytes.size() + BufferPool::buffer_bytes);
    }
    std::memcpy(data_.get() + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
}

void ReadBuffer::drop_taken() {
    if (position_ == end_) {
        release();
        return;
    }
    if (position_ > 0) {
        std::memmove(data_.get(), data_.get() + position_, end_ - position_);
        end_ -= position_;
        position_ = 0;
    }
}

void ReadBuffer::release() {
    if (is_pooled()) {
        pool_.give(std::move(data_));
    }
    data_.reset();
    capacity_ = position_ = end_ = 0;
}

void ReadBuffer::grow(std::size_t capacity) {
    const bool pooled = capacity == BufferPool::buffer_bytes;
    std::unique_ptr<char[]> larger =
        pooled ? pool_.take() : std::make_unique_for_overwrite<char[]>(capacity);
    if (end_ > 0) {
        std::memcpy(larger.get(), data_.get(), end_);
    }
    if (is_pooled()) {
        pool_.give(std::move(data_));
    }
    data_ = std::move(larger);
    capacity_ = capacity;
}

}  // namespace belay::http
