// The bytes that a connection has received and not yet done with, contiguous. The memory comes from
// a pool of the shard; connections that wait for a request hold some only while few do.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace belay::http {

/// Memory of one size, kept for reuse. One a shard.
class BufferPool {
  public:
    static constexpr std::size_t buffer_bytes = 16 * 1024;

    std::unique_ptr<char[]> take();
    void give(std::unique_ptr<char[]> buffer);

    /// Whether who has a buffer may keep it while it waits for bytes. With more connections than
    /// that, those wait without.
    bool may_wait() const noexcept { return taken_ <= waiting_max; }

  private:
    static constexpr std::size_t kept_max = 256;
    static constexpr std::size_t waiting_max = 1024;

    std::size_t taken_ = 0;

    std::vector<std::unique_ptr<char[]>> kept_;
};

/// begin ≤ position ≤ end: before begin nothing, from begin to position requests that wait for
/// their answer, from there to end what has not been taken yet. Bytes move only in the calls that
/// say so.
class ReadBuffer {
  public:
    /// `pool` outlives the buffer.
    explicit ReadBuffer(BufferPool& pool) noexcept : pool_(pool) {}
    ~ReadBuffer() { release(); }
    ReadBuffer(const ReadBuffer&) = delete;
    ReadBuffer& operator=(const ReadBuffer&) = delete;

    /// What has not been taken.
    std::span<char> unread() noexcept { return {data_.get() + position_, end_ - position_}; }
    std::string_view unread_text() const noexcept {
        return {data_.get() + position_, end_ - position_};
    }
    bool empty() const noexcept { return position_ == end_; }

    /// Takes `count` bytes of unread(); they stay where they are until drop_taken().
    void take(std::size_t count) noexcept { position_ += count; }

    /// Forgets the last bytes of unread(), so that it has `count`.
    void cut(std::size_t count) noexcept { end_ = position_ + count; }

    /// Room for at least one byte after unread(), grown by doubling. Moves the bytes if it must
    /// grow, and is only called while nothing taken is in use.
    std::span<char> room();
    /// `count` bytes were put into room().
    void fill(std::size_t count) noexcept { end_ += count; }

    /// As if `bytes` had been received; moves.
    void append(std::string_view bytes);

    /// Forgets what was taken and moves the rest to the front; gives the memory back if nothing is
    /// left.
    void drop_taken();

  private:
    bool is_pooled() const noexcept { return capacity_ == BufferPool::buffer_bytes; }
    void release();
    void grow(std::size_t capacity);

    BufferPool& pool_;
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t position_ = 0;
    std::size_t end_ = 0;
};

}  // namespace belay::http
