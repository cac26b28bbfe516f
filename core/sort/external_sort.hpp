// Sorts more records than fit into memory: sorted runs go to a temporary file and are merged when
// they are read. Bounded memory whatever the count.
//
// The temporary file: runs, one after the other, of records: u32 size of the key, u32 size of the
// value, key, value. It is not made until memory is full, never synced, and removed at the end; one
// that a crash left is the caller's to remove at start.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/world/disk.hpp"

namespace belay {

/// Not thread-safe. Blocks on the disk, and for the time of sorting what memory holds.
class ExternalSort {
  public:
    /// A key and its value; the views are the sorter's.
    struct Record {
        std::string_view key;
        std::string_view value;
    };

    static constexpr std::size_t record_bytes_max = 4096;  ///< key and value together
    static constexpr std::size_t memory_bytes_min = 32 * 1024;

    /// `disk` outlives it. Uses about `memory_bytes`, at least memory_bytes_min.
    ExternalSort(world::Disk& disk, std::string temporary_path, std::size_t memory_bytes);
    ~ExternalSort();
    ExternalSort(const ExternalSort&) = delete;
    ExternalSort& operator=(const ExternalSort&) = delete;

    result<void> add(std::string_view key, std::string_view value);

    /// Ends adding; then next gives the records by the bytes of their keys, equal keys in the order
    /// in which they were added.
    result<void> sort();

    /// Nothing at the end. The views are valid until the next call.
    result<std::optional<Record>> next();

  private:
    struct Run {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    class RunReader;
    class Merge;

    Record record_at(std::size_t offset) const;
    void sort_memory();
    result<void> make_file();
    result<void> spill();
    result<void> write(std::string_view bytes);
    result<Run> write_run(FunctionRef<result<std::optional<Record>>()> next);
    result<void> merge_down();

    world::Disk& disk_;
    const std::string path_;
    const std::size_t memory_bytes_;
    const std::size_t runs_at_once_;  ///< that a merge reads

    std::string memory_;  ///< records, encoded as in a run
    std::vector<std::uint32_t> offsets_;
    std::size_t given_ = 0;  ///< of offsets_, if nothing was spilled

    std::unique_ptr<world::File> file_;
    std::uint64_t file_end_ = 0;
    std::vector<Run> runs_;
    std::unique_ptr<Merge> merge_;
};

}  // namespace belay
