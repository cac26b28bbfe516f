// A descriptor behind a pipe that nobody reads blocks its writer for ever, so a shard must not be
// the writer: lines go into a bounded buffer, and one thread carries them to the descriptor. A line
// that finds the buffer full is dropped and counted, and the log says how many were lost.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/result.hpp"
#include "http/program/log.hpp"

namespace belay::program {

/// The blocking side: writes to a descriptor (standard error).
class LogDescriptor {
  public:
    virtual ~LogDescriptor() = default;

    /// Writes some of `bytes` and gives the count: 0 if none was taken before `patience` was over.
    /// An error is one that trying again at once would meet again: a closed pipe, a full disk.
    virtual result<std::size_t> write_some(std::string_view bytes, Milliseconds patience) = 0;
};

/// A descriptor of the process, which stays open longer than this.
class PosixLogDescriptor final : public LogDescriptor {
  public:
    explicit PosixLogDescriptor(int descriptor) : descriptor_(descriptor) {}

    result<std::size_t> write_some(std::string_view bytes, Milliseconds patience) override;

  private:
    const int descriptor_;
};

/// `automatic` becomes text on a terminal, JSON elsewhere.
LogFormat decide_format(LogFormat format, int descriptor);

/// `write` takes a mutex for the copy of one line, which the writing thread holds only to swap two
/// buffers: never while it writes. Lines of one thread stay in order.
class LogWriter final : public LogSink {
  public:
    static constexpr std::size_t default_buffer_bytes = 1024 * 1024;

    /// The descriptor and the clock must outlive it. `format` is how it says that lines were
    /// dropped.
    LogWriter(const world::Clock& clock, LogDescriptor& descriptor, LogFormat format,
              std::size_t buffer_bytes = default_buffer_bytes);

    /// Writes what is buffered, unless the reader takes nothing for a second.
    ~LogWriter() override;

    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    void write(std::string_view line) override;

    /// Since the start, for the metrics. Thread-safe.
    std::uint64_t dropped_count() const;

  private:
    void run();
    void carry(std::string_view lines);
    void drop(std::string_view lines);
    bool stopping() const;

    // Fixed after construction.
    const world::Clock& clock_;
    LogDescriptor& descriptor_;
    const LogFormat format_;
    const std::size_t buffer_bytes_;

    // Shared, protected by mutex_.
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::string buffer_;
    std::uint64_t dropped_ = 0;
    std::uint64_t dropped_and_told_ = 0;
    bool stop_ = false;

    // Owned by the writing thread: what was dropped ended inside a line.
    bool inside_line_ = false;

    std::thread thread_;
};

}  // namespace belay::program
