// Which rows of a file bear the id of a row before them, in bounded memory whatever the count.
//
// The ids are sorted with the numbers of their lines (core/sort/external_sort.hpp), so that equal
// ones come to lie side by side; the first of them is the row, the others repeat it. What is found
// is sorted once more, by line. The temporary files hold an id and 20 bytes for each row that was
// noted, and 28 bytes for each that repeats; none is made for what fits into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/sort/external_sort.hpp"
#include "core/world/disk.hpp"

namespace belay::batches {

/// Not thread-safe. Blocks on the disk, and for the time of sorting what memory holds. Use: note
/// each id, finish, compare until that gives Compared::all, then first or next. After an error it
/// is of no more use.
class RepeatedIds {
  public:
    struct Repeat {
        std::uint64_t line = 0;
        /// Of the first row with this id.
        std::uint64_t first_line = 0;

        friend bool operator==(const Repeat&, const Repeat&) = default;
    };

    enum class Wanted : std::uint8_t {
        first,  ///< only the repeat on the lowest line
        all,
    };

    /// `disk` outlives it. Uses `memory_bytes`, and up to half of them more while its buffers grow.
    /// The temporary files are `temporary_path`, and for all repeats this with a "2" behind it.
    RepeatedIds(world::Disk& disk, const std::string& temporary_path, Wanted wanted,
                std::size_t memory_bytes);

    /// Lines come in their order. Of at most row_id_bytes_max.
    result<void> note(std::string_view id, std::uint64_t line);

    /// No more ids will come.
    result<void> finish();

    enum class Compared : std::uint8_t { some, all };

    /// Looks at up to `ids` more of those that were noted.
    result<Compared> compare(std::size_t ids);

    /// After all was compared: the repeat on the lowest line, and the id it repeats.
    const std::optional<Repeat>& first() const noexcept { return first_; }
    std::string_view first_id() const noexcept { return first_id_; }

    /// Wanted::all, after all was compared: the repeats in the order of their lines, one with each
    /// call, then nothing.
    result<std::optional<Repeat>> next();

  private:
    result<void> take_repeat(std::string_view id, const Repeat& repeat);

    std::unique_ptr<ExternalSort> ids_;      ///< until all was compared
    std::unique_ptr<ExternalSort> repeats_;  ///< by line, if all are wanted
    std::string group_;                      ///< the id that was looked at last
    std::uint64_t group_line_ = 0;           ///< the first with it; 0: none was looked at
    std::optional<Repeat> first_;
    std::string first_id_;
};

}  // namespace belay::batches
