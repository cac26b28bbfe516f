#include "tests/sim/seams.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "store/log/aligned_buffer.hpp"

namespace belay::sim {
namespace {

/// Before and after a call on the path, if it is one at which others may act.
struct Passing {
    std::optional<Place> before;
    std::optional<Place> after;
};

Passing passing_of(std::string_view path) {
    if (path.starts_with("log/")) {
        return {Place::before_log_write, Place::after_log_write};
    }
    if (path.starts_with("files/")) {
        return {Place::before_file_call, Place::after_file_call};
    }
    return {};
}

template <class Call>
auto pass_around(Bystander& bystander, const Passing& passing, Call call) {
    if (passing.before) {
        bystander.pass(*passing.before);
    }
    auto outcome = call();
    if (passing.after) {
        bystander.pass(*passing.after);
    }
    return outcome;
}

/// A segment, to whose watcher everything is told. Its caller syncs each write before the next.
class WatchedFile final : public world::File {
  public:
    WatchedFile(std::unique_ptr<world::File> file, std::string path, bool is_direct,
                LogWatcher& watcher, std::string& last_segment)
        : file_(std::move(file)),
          path_(std::move(path)),
          is_direct_(is_direct),
          watcher_(watcher),
          last_segment_(last_segment) {}

    result<std::size_t> read_at(std::uint64_t offset, MutableByteSpan into) const override {
        return file_->read_at(offset, into);
    }
    result<void> write_at(std::uint64_t offset, ByteSpan bytes) override {
        last_segment_ = path_;
        if (offset == 0 && !watcher_.suspects()) {
            return file_->write_at(offset, bytes);  // zeros, or the head of a new segment
        }
        watcher_.writing(offset, bytes);
        auto written = file_->write_at(offset, bytes);
        if (written.has_value()) {
            unsynced_.emplace_back(offset, as_text(bytes));
            if (is_direct_) {
                tell();
            }
        }
        return written;
    }
    result<void> sync() override {
        auto synced = file_->sync();
        if (synced.has_value()) {
            tell();
        }
        unsynced_.clear();
        return synced;
    }
    result<std::uint64_t> size() const override { return file_->size(); }
    result<void> resize(std::uint64_t size) override { return file_->resize(size); }

  private:
    void tell() {
        for (const auto& [offset, bytes] : unsynced_) {
            watcher_.written(offset, as_byte_span(bytes),
                             !watcher_.suspects() || has(offset, bytes));
        }
        unsynced_.clear();
    }

    bool has(std::uint64_t offset, std::string_view bytes) const {
        store::AlignedBuffer found(bytes.size());
        const auto read = file_->read_at(offset, found.span());
        return read.has_value() && as_text(found.span().first(*read)) == bytes;
    }

    const std::unique_ptr<world::File> file_;
    const std::string path_;
    const bool is_direct_;
    LogWatcher& watcher_;
    std::string& last_segment_;
    std::vector<std::pair<std::uint64_t, std::string>> unsynced_;
};

class PassingFile final : public world::File {
  public:
    PassingFile(std::unique_ptr<world::File> file, Bystander& bystander, Passing passing)
        : file_(std::move(file)), bystander_(bystander), passing_(passing) {}

    result<std::size_t> read_at(std::uint64_t offset, MutableByteSpan into) const override {
        return file_->read_at(offset, into);
    }
    result<void> write_at(std::uint64_t offset, ByteSpan bytes) override {
        return pass_around(bystander_, passing_, [&] { return file_->write_at(offset, bytes); });
    }
    result<void> sync() override {
        return pass_around(bystander_, passing_, [&] { return file_->sync(); });
    }
    result<std::uint64_t> size() const override { return file_->size(); }
    result<void> resize(std::uint64_t size) override { return file_->resize(size); }

  private:
    const std::unique_ptr<world::File> file_;
    Bystander& bystander_;
    const Passing passing_;
};

}  // namespace

WallTime PassingClock::wall() const {
    bystander_.pass(Place::clock_read);
    return clock_.wall();
}

result<std::unique_ptr<world::File>> PassingDisk::open(std::string_view path,
                                                       world::OpenOptions options) {
    const Passing passing = passing_of(path);
    if (options.direct && is_direct_forbidden_) {
        return boost::system::error_code(boost::system::errc::invalid_argument,
                                         boost::system::system_category());
    }
    // Segments are opened long before anything is written to them.
    const bool is_file = passing.before == Place::before_file_call;
    auto opened = pass_around(bystander_, is_file ? passing : Passing(),
                              [&] { return disk_.open(path, options); });
    if (opened.has_error()) {
        return opened.error();
    }
    if (watcher_ != nullptr && path.starts_with("log/") && options.mode != world::Open::read) {
        *opened = std::make_unique<WatchedFile>(std::move(*opened), std::string(path),
                                                options.direct, *watcher_, last_segment_);
    }
    return std::unique_ptr<world::File>(
        std::make_unique<PassingFile>(std::move(*opened), bystander_, passing));
}

result<void> PassingDisk::rename(std::string_view from, std::string_view to) {
    return pass_around(bystander_, passing_of(from), [&] { return disk_.rename(from, to); });
}

result<void> PassingDisk::remove(std::string_view path) {
    auto removed = pass_around(bystander_, passing_of(path), [&] { return disk_.remove(path); });
    if (removed.has_error()) {
        not_removed_.emplace(path);
    }
    return removed;
}

result<std::vector<std::string>> PassingDisk::list(std::string_view directory) const {
    return disk_.list(directory);
}

result<void> PassingDisk::make_directory(std::string_view directory) {
    return disk_.make_directory(directory);
}

result<void> PassingDisk::sync_directory(std::string_view directory) {
    return pass_around(bystander_, passing_of(directory),
                       [&] { return disk_.sync_directory(directory); });
}

result<std::unique_ptr<world::Lock>> PassingDisk::lock(std::string_view path) {
    return disk_.lock(path);
}

}  // namespace belay::sim
