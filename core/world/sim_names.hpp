// The directories of the simulated disk, as two images: the names that are, and the names that are
// durable. A change of a directory is durable once that directory is synced, or by luck.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/world/sim_file.hpp"

namespace belay::world {

/// Not thread-safe. Paths are checked by the caller.
class SimNames {
  public:
    using Files = std::map<std::string, std::shared_ptr<SimFile>, std::less<>>;

    /// Null if there is no file of that name.
    std::shared_ptr<SimFile> file(std::string_view path) const;

    bool is_directory(std::string_view path) const;

    /// Names directly in a directory, sorted.
    std::vector<std::string> list(std::string_view directory) const;

    const Files& files() const noexcept { return names_; }

    void add_file(std::string_view path, std::shared_ptr<SimFile> file);
    void add_directory(std::string_view path);
    void remove(std::string_view path);
    void rename(std::string_view from, std::string_view to);

    /// Makes durable what changed in `directory`, and what changed before it in a directory that
    /// shares a rename with it: a rename is never durable at one end only.
    void sync(std::string_view directory);

    /// Settles each unsynced change by chance, then each file that still has a name.
    void lose_power(Entropy& entropy);

    SimNames clone() const;

  private:
    /// What `removed` names goes, and `added` leads to `file`; either name may be empty.
    struct Change {
        std::string removed;
        std::string added;
        std::shared_ptr<SimFile> file;

        bool touches(std::string_view directory) const;
    };

    static void apply(Files& names, const Change& change);
    void change(Change made);

    Files names_;  ///< files and directories (null)
    Files durable_;
    std::vector<Change> unsynced_;
};

}  // namespace belay::world
