#include "http/program/log_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <boost/system/error_code.hpp>

#include "http/program/log_line.hpp"

namespace belay::program {
namespace {

// How long one attempt waits before the writer looks whether it should stop.
constexpr Milliseconds patience_running{250};
// How long the last lines wait for a reader at the end of the process.
constexpr Milliseconds patience_stopping{1000};

}  // namespace

result<std::size_t> PosixLogDescriptor::write_some(std::string_view bytes, Milliseconds patience) {
    // The descriptor is shared with other processes, so it cannot be made non-blocking. A pipe that
    // poll calls writable takes PIPE_BUF bytes at once; more could block.
    pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(patience.count()));
    if (count <= 0) {
        return 0U;
    }
    // Looked at before writing: write(2) to a pipe without a reader raises SIGPIPE.
    if ((ready.revents & (POLLERR | POLLNVAL)) != 0) {
        return boost::system::error_code(EPIPE, boost::system::system_category());
    }
    const ssize_t written =
        ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    if (written >= 0) {
        return static_cast<std::size_t>(written);
    }
    if (errno == EINTR || errno == EAGAIN) {
        return 0U;
    }
    return boost::system::error_code(errno, boost::system::system_category());
}

LogFormat decide_format(LogFormat format, int descriptor) {
    if (format != LogFormat::automatic) {
        return format;
    }
    return ::isatty(descriptor) == 1 ? LogFormat::text : LogFormat::json;
}

LogWriter::LogWriter(const world::Clock& clock, LogDescriptor& descriptor, LogFormat format,
                     std::size_t buffer_bytes)
    : clock_(clock), descriptor_(descriptor), format_(format), buffer_bytes_(buffer_bytes) {
    buffer_.reserve(buffer_bytes_);
    thread_ = std::thread([this] { run(); });
}

LogWriter::~LogWriter() {
    {
        const std::scoped_lock lock(mutex_);
        stop_ = true;
    }
    filled_.notify_one();
    thread_.join();
}

void LogWriter::write(std::string_view line) {
    bool was_empty = false;
    {
        const std::scoped_lock lock(mutex_);
        if (line.size() > buffer_bytes_ - buffer_.size()) {
            ++dropped_;
            return;
        }
        was_empty = buffer_.empty();
        buffer_.append(line);
    }
    if (was_empty) {
        filled_.notify_one();
    }
}

std::uint64_t LogWriter::dropped_count() const {
    const std::scoped_lock lock(mutex_);
    return dropped_;
}

bool LogWriter::stopping() const {
    const std::scoped_lock lock(mutex_);
    return stop_;
}

void LogWriter::run() {
    std::string lines;
    lines.reserve(buffer_bytes_);
    while (true) {
        std::uint64_t lost = 0;
        bool last = false;
        lines.clear();
        {
            std::unique_lock lock(mutex_);
            filled_.wait(lock, [this] { return stop_ || !buffer_.empty(); });
            lines.swap(buffer_);
            lost = dropped_ - std::exchange(dropped_and_told_, dropped_);
            last = stop_ && lines.empty();
        }
        if (inside_line_) {
            lines.insert(0, 1, '\n');
        }
        // Told after the lines that were there before it: they had filled the buffer.
        if (lost > 0) {
            lines += (format_ == LogFormat::text ? text_log_line : json_log_line)(
                clock_.wall(), LogLevel::warning, "log lines were dropped", {{"lines", lost}});
        }
        carry(lines);
        if (last) {
            return;
        }
    }
}

void LogWriter::carry(std::string_view lines) {
    while (!lines.empty()) {
        const bool last_try = stopping();
        const result<std::size_t> written =
            descriptor_.write_some(lines, last_try ? patience_stopping : patience_running);
        if (!written || (*written == 0 && last_try)) {
            drop(lines);
            return;
        }
        if (*written > 0) {
            inside_line_ = lines[*written - 1] != '\n';
            lines.remove_prefix(*written);
        }
    }
}

void LogWriter::drop(std::string_view lines) {
    const auto count = static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
    const std::scoped_lock lock(mutex_);
    dropped_ += count;
}

}  // namespace belay::program
