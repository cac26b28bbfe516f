// One connection of the load generator.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

namespace belay::bench {

struct Asked {
    std::uint64_t number = 0;
    std::chrono::steady_clock::time_point due;
};

/// A connection with what is under way on it. Its descriptor is its own.
class Link {
  public:
    explicit Link(int descriptor) noexcept : descriptor_(descriptor) {}
    ~Link() { ::close(descriptor_); }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    int descriptor() const noexcept { return descriptor_; }
    std::size_t under_way() const noexcept { return asked_.size(); }
    bool has_output() const noexcept { return sent_ < output.size(); }

    /// The request has been appended to `output`.
    void ask(const Asked& asked) { asked_.push_back(asked); }

    /// False: the connection is broken.
    bool write() {
        while (has_output()) {
            const ssize_t count = ::send(descriptor_, output.data() + sent_, output.size() - sent_,
                                         MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0) {
                return errno == EAGAIN || errno == EINTR;
            }
            sent_ += static_cast<std::size_t>(count);
        }
        output.clear();
        sent_ = 0;
        return true;
    }

    /// Appends what has come to `input`, by way of `buffer`: a string that grows before each read
    /// would be filled with zeros each time. False: the connection is broken or closed.
    bool read(std::span<char> buffer) {
        for (;;) {
            const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (count <= 0) {
                return count < 0 && (errno == EAGAIN || errno == EINTR);
            }
            input.append(buffer.data(), static_cast<std::size_t>(count));
            if (static_cast<std::size_t>(count) < buffer.size()) {
                return true;
            }
        }
    }

    Asked take_oldest() {
        const Asked oldest = asked_.front();
        asked_.pop_front();
        return oldest;
    }

    std::string output;
    std::string input;
    bool waits_for_write = false;

  private:
    const int descriptor_;
    std::size_t sent_ = 0;
    std::deque<Asked> asked_;
};

}  // namespace belay::bench
