#include "store/log/file_window.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/check.hpp"
#include "store/log/frame.hpp"

namespace belay::store {
namespace {

constexpr std::size_t piece_bytes_max = 1024 * 1024;

}  // namespace

/// One read at a time on a thread of its own.
class BackgroundRead {
  public:
    BackgroundRead() : thread_([this] { run(); }) {}

    ~BackgroundRead() {
        {
            const std::lock_guard guard(mutex_);
            ends_ = true;
            changed_.notify_all();
        }
        thread_.join();
    }

    BackgroundRead(const BackgroundRead&) = delete;
    BackgroundRead& operator=(const BackgroundRead&) = delete;

    /// `into` is the thread's until wait() returns.
    void begin(const world::File& file, std::uint64_t offset, MutableByteSpan into) {
        const std::lock_guard guard(mutex_);
        check(!task_, "one read at a time");
        task_ = Task{&file, offset, into};
        changed_.notify_all();
    }

    bool is_under_way() const noexcept { return task_.has_value(); }

    /// What came of the read that was begun.
    result<std::size_t> wait() {
        std::unique_lock guard(mutex_);
        changed_.wait(guard, [this] { return done_.has_value(); });
        const result<std::size_t> done = *std::exchange(done_, std::nullopt);
        task_.reset();
        return done;
    }

  private:
    struct Task {
        const world::File* file;
        std::uint64_t offset;
        MutableByteSpan into;
    };

    void run() {
        std::unique_lock guard(mutex_);
        for (;;) {
            changed_.wait(guard, [this] { return ends_ || (task_ && !done_); });
            if (ends_) {
                return;
            }
            const Task task = *task_;
            guard.unlock();
            const result<std::size_t> read = task.file->read_at(task.offset, task.into);
            guard.lock();
            done_ = read;
            changed_.notify_all();
        }
    }

    // Protected by mutex_; task_ is written by the caller's thread alone.
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Task> task_;
    std::optional<result<std::size_t>> done_;
    bool ends_ = false;

    std::thread thread_;
};

result<std::unique_ptr<world::File>> open_for(world::Disk& disk, std::string_view path,
                                              Reading reading) {
    if (reading == Reading::ahead) {
        auto direct = disk.open(path, {.mode = world::Open::read, .direct = true});
        if (direct.has_value() || direct.error() != boost::system::errc::invalid_argument) {
            return direct;
        }
    }
    return disk.open(path, {.mode = world::Open::read, .direct = false});
}

FileWindow::FileWindow(const world::File& file, std::uint64_t file_bytes, std::size_t want_max,
                       Reading reading)
    : file_(&file),
      file_bytes_(file_bytes),
      room_bytes_(round_up_to_block(want_max)),
      piece_bytes_(round_up_to_block(
          std::clamp<std::uint64_t>(file_bytes, limits::block_bytes, piece_bytes_max))),
      reading_(reading) {}

FileWindow::~FileWindow() = default;
FileWindow::FileWindow(FileWindow&&) noexcept = default;

result<ByteSpan> FileWindow::at(std::uint64_t offset, std::size_t want) {
    check(want <= room_bytes_, "a window shows as much as it was made for");
    const std::uint64_t needed_end = std::min<std::uint64_t>(offset + want, file_bytes_);
    if (offset < start_ || offset > end_) {
        if (auto gone = go_to(offset); gone.has_error()) {
            return gone.error();
        }
    }
    // A file that is shorter than it should be ends before that, perhaps before `offset`.
    while (needed_end > end_ && offset <= end_ && end_ < file_bytes_) {
        const std::uint64_t end = end_;
        if (auto gone = go_on(offset); gone.has_error()) {
            return gone.error();
        }
        if (end_ == end) {
            break;
        }
    }
    const std::uint64_t from = std::min(offset, end_);
    const Piece& piece = pieces_[current_];
    if (piece.buffer == nullptr) {
        return ByteSpan();
    }
    const std::byte* behind = piece.buffer->data() + room_bytes_ + piece.filled;
    return ByteSpan(behind - (end_ - from), end_ - from);
}

MutableByteSpan FileWindow::space_of(Piece& piece) const noexcept {
    return piece.buffer->span().subspan(room_bytes_, piece_bytes_);
}

/// Makes the piece that begins at or before `offset` the current one.
result<void> FileWindow::go_to(std::uint64_t offset) {
    const std::uint64_t block = offset & ~std::uint64_t{limits::block_bytes - 1};
    if (background_ && background_->is_under_way()) {
        // It was for another place: what came of it counts for nothing.
        static_cast<void>(background_->wait());
    }
    start_ = end_ = 0;
    if (auto filled = fill(pieces_[current_], block); filled.has_error()) {
        return filled;
    }
    start_ = block;
    end_ = block + pieces_[current_].filled;
    read_ahead();
    return {};
}

/// Makes the piece behind the current one the current one, with what is left from `offset` on.
result<void> FileWindow::go_on(std::uint64_t offset) {
    const Piece& before = pieces_[current_];
    if (before.buffer == nullptr || end_ % limits::block_bytes != 0) {
        return before.buffer == nullptr ? go_to(offset) : result<void>();
    }
    Piece& after = spare();
    if (background_ && background_->is_under_way()) {
        const auto read = background_->wait();
        if (read.has_error()) {
            start_ = end_ = 0;
            return read.error();
        }
        after.filled = *read;
    } else if (auto filled = fill(after, end_); filled.has_error()) {
        start_ = end_ = 0;
        return filled;
    }
    check(offset >= start_ && offset <= end_, "a window goes on from where it is");
    const std::size_t left = end_ - offset;
    std::memcpy(after.buffer->data() + room_bytes_ - left,
                before.buffer->data() + room_bytes_ + before.filled - left, left);
    current_ = 1 - current_;
    start_ = offset;
    end_ += after.filled;
    read_ahead();
    return {};
}

result<void> FileWindow::fill(Piece& piece, std::uint64_t offset) {
    if (piece.buffer == nullptr) {
        piece.buffer = std::make_unique<AlignedBuffer>(room_bytes_ + piece_bytes_);
    }
    piece.filled = 0;
    const auto read = file_->read_at(offset, space_of(piece));
    if (read.has_error()) {
        return read.error();
    }
    piece.filled = *read;
    return {};
}

void FileWindow::read_ahead() {
    if (reading_ == Reading::plain || end_ >= file_bytes_ || end_ % limits::block_bytes != 0) {
        return;
    }
    if (background_ == nullptr) {
        background_ = std::make_unique<BackgroundRead>();
    }
    Piece& next = spare();
    if (next.buffer == nullptr) {
        next.buffer = std::make_unique<AlignedBuffer>(room_bytes_ + piece_bytes_);
    }
    next.filled = 0;
    background_->begin(*file_, end_, space_of(next));
}

}  // namespace belay::store
