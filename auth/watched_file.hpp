// A small file that an operator may replace while the server runs.
#pragma once

#include <optional>
#include <string>

#include "auth/digest.hpp"
#include "core/world/clock.hpp"
#include "core/world/disk.hpp"

namespace belay::auth {

/// A file on a disk. The disk outlives whoever holds this.
struct FilePlace {
    world::Disk* disk = nullptr;
    std::string path;       ///< on that disk
    std::string name = {};  ///< as messages show it; empty: the path

    const std::string& shown() const noexcept { return name.empty() ? path : name; }
};

/// Reads the file again at most once an interval, and tells of each content and each fault once.
/// The content is compared, not the time stamp: two changes may share one, and a copy may keep an
/// old one. One thread at a time.
class WatchedFile {
  public:
    static constexpr Milliseconds interval{2000};

    WatchedFile(FilePlace place, std::uint64_t size_max)
        : place_(std::move(place)), size_max_(size_max) {}

    /// What the file holds, if that is not what the last call that read it saw; nothing if it is,
    /// or if the interval since that call is not over. An error (the disk's) is given once until
    /// something else happens.
    result<std::optional<std::string>> changed(world::MonotonicTime now);

    /// As messages show it.
    const std::string& shown() const noexcept { return place_.shown(); }

  private:
    FilePlace place_;
    std::uint64_t size_max_;
    std::optional<world::MonotonicTime> next_read_;
    std::optional<Digest256> seen_;
    boost::system::error_code fault_;
};

}  // namespace belay::auth
