// An upload of transactions: bytes in, a set file (set_file.hpp) out, or the first bad row.
//
// All rows or none: nothing is to be named before finish has succeeded. The row that is told is the
// one on the smallest line of all bad ones, and a row is also bad if an earlier one has its
// transaction_id. Repeats are found exactly and in bounded memory, by sorting the ids together with
// their lines (external_sort.hpp); when another kind of bad row ends the upload early, the rows
// before it are still searched for a repeat.
//
// SHA-256 of the uploaded bytes, the names of files and making them durable are the caller's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/exports/row_reader.hpp"
#include "core/exports/set_file.hpp"
#include "core/sort/external_sort.hpp"
#include "core/world/disk.hpp"

namespace belay::exports {

struct UploadPaths {
    std::string rows;       ///< becomes the set file; removed again if the upload fails
    std::string temporary;  ///< for sorting; removed in any case
};

/// Not thread-safe. Blocks on the disk, and for the time of sorting `sort_memory_bytes`; finish
/// blocks for reading all ids once more: for a worker thread, not for a serving core.
class TransactionUpload {
  public:
    static constexpr std::size_t sort_memory_bytes_default = 16 * 1024 * 1024;

    /// Makes or empties the file of rows. `disk` outlives it.
    static result<std::unique_ptr<TransactionUpload>> start(
        world::Disk& disk, UploadFormat format, UploadPaths paths,
        std::size_t sort_memory_bytes = sort_memory_bytes_default);

    ~TransactionUpload();
    TransactionUpload(const TransactionUpload&) = delete;
    TransactionUpload& operator=(const TransactionUpload&) = delete;

    /// The next piece of the text, cut anywhere. An error ends the upload: neither feed nor finish
    /// may follow.
    row_result<void> feed(std::string_view bytes);

    /// The text is whole: gives the count of rows. The file is synced, its name not.
    row_result<std::uint64_t> finish();

  private:
    TransactionUpload(world::Disk& disk, UploadFormat format, UploadPaths paths,
                      std::size_t sort_memory_bytes, SetWriter writer);

    row_result<void> read_rows();
    row_result<void> take(const Row& row);
    RowError first_of(const RowError& error);

    /// The repeated row on the smallest line.
    row_result<void> look_for_repeats();

    world::Disk& disk_;
    const UploadPaths paths_;
    std::unique_ptr<RowReader> reader_;
    SetWriter writer_;
    ExternalSort ids_;
    Transaction transaction_;
    bool is_over_ = false;
    bool is_good_ = false;
};

}  // namespace belay::exports
