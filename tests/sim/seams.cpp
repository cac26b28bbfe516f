#include "tests/sim/seams.hpp"

#include <optional>
#include <utility>

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
    // Segments are opened long before anything is written to them.
    const bool is_file = passing.before == Place::before_file_call;
    auto opened = pass_around(bystander_, is_file ? passing : Passing(),
                              [&] { return disk_.open(path, options); });
    if (opened.has_error()) {
        return opened.error();
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
