// A clock and a disk at which somebody else may act: at each look at the clock, and before and
// after each call that changes a file. Between them lie all the moments at which the work of one
// thread can meet that of another, so one thread can play every interleaving, the same each time.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "core/world/clock.hpp"
#include "core/world/disk.hpp"

namespace belay::sim {

/// Where in somebody's work another may act.
enum class Place : std::uint8_t {
    between_steps,     ///< nobody is inside anything
    clock_read,        ///< of the time of day; decisions go by the monotonic clock
    before_log_write,  ///< published, not durable
    after_log_write,   ///< on disk, and nobody knows it yet
    before_file_call,  ///< on the file of an export or of a set
    after_file_call,
    count_,
};

/// Who may act. Called at every place.
class Bystander {
  public:
    virtual void pass(Place place) = 0;

  protected:
    ~Bystander() = default;
};

/// Who watches what becomes of the log. Called only for what may hold frames or a mark.
class LogWatcher {
  public:
    /// They are about to be written to a segment; from now on they may be found there.
    virtual void writing(std::uint64_t offset, ByteSpan bytes) = 0;
    /// The disk says that they are durable. `is_true`: and there they are (looked at only while
    /// the watcher suspects the disk).
    virtual void written(std::uint64_t offset, ByteSpan bytes, bool is_true) = 0;
    /// Whether the disk may lie about its writes.
    virtual bool suspects() const = 0;

  protected:
    ~LogWatcher() = default;
};

/// Both outlive it.
class PassingClock final : public world::Clock {
  public:
    PassingClock(const world::Clock& clock, Bystander& bystander)
        : clock_(clock), bystander_(bystander) {}

    WallTime wall() const override;
    world::MonotonicTime monotonic() const override { return clock_.monotonic(); }

  private:
    const world::Clock& clock_;
    Bystander& bystander_;
};

/// Both outlive it and the files opened through it.
class PassingDisk final : public world::Disk {
  public:
    PassingDisk(world::Disk& disk, Bystander& bystander) : disk_(disk), bystander_(bystander) {}

    result<std::unique_ptr<world::File>> open(std::string_view path,
                                              world::OpenOptions options) override;
    result<void> rename(std::string_view from, std::string_view to) override;
    result<void> remove(std::string_view path) override;
    result<std::vector<std::string>> list(std::string_view directory) const override;
    result<void> make_directory(std::string_view directory) override;
    result<void> sync_directory(std::string_view directory) override;
    result<std::unique_ptr<world::Lock>> lock(std::string_view path) override;
    result<std::uint64_t> free_bytes() const override { return disk_.free_bytes(); }

    /// Files that somebody could not remove: they may lie there until the next start, which is when
    /// they are forgotten.
    const std::set<std::string, std::less<>>& not_removed() const noexcept { return not_removed_; }
    void forget() { not_removed_.clear(); }

    /// `watcher` outlives the files.
    void watch_log(LogWatcher& watcher) { watcher_ = &watcher; }

    /// From now on no file is opened for direct I/O, as on file systems that cannot.
    void forbid_direct() { is_direct_forbidden_ = true; }

    /// The segment that was written to last, by the name it was opened by; empty: none was.
    const std::string& last_segment() const noexcept { return last_segment_; }

  private:
    world::Disk& disk_;
    Bystander& bystander_;
    LogWatcher* watcher_ = nullptr;
    bool is_direct_forbidden_ = false;
    std::string last_segment_;
    std::set<std::string, std::less<>> not_removed_;
};

}  // namespace belay::sim
