// The stored transactions of a context: one file, written once, then only read.
//
// The file: blocks, one after the other, integers little-endian.
//   block   offset  0  u64  XXH3-64 of bytes 8 to its end, seeded with the block's offset in the
//                           file: a block that is moved is as bad as one that is changed
//                   8  u32  magic "BRWS"
//                  12  u16  version, 1
//                  14  u16  kind: 1 rows, 2 end
//                  16  u32  size of the payload
//                  20  u32  rows in it
//                  24  u64  rows in all blocks before
//                  32       payload
//   rows    one row after the other: u16 size of what follows, i32 day in UTC counted from
//           1970-01-01, 16 bytes source_id, then a cell for each column but source_id, in the order
//           of Column: u16 size and its bytes. A block is closed when its payload has reached
//           block_payload_bytes.
//   end     empty payload. Nothing follows it, and a file without it is not complete.
// The bytes are a function of the rows, so equal uploads give equal files.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/exports/transaction.hpp"
#include "core/world/disk.hpp"

namespace belay::exports {

inline constexpr std::size_t block_payload_bytes = 64 * 1024;

/// Appends rows to a new file. Not thread-safe; blocks on the disk.
class SetWriter {
  public:
    /// Makes or empties the file. `disk` need not outlive it.
    static result<SetWriter> create(world::Disk& disk, std::string_view path);

    result<void> add(const Transaction& transaction);

    /// Writes the end and syncs; the name is the caller's to make durable. Nothing may follow.
    result<void> finish();

    std::uint64_t rows() const noexcept { return rows_; }

  private:
    explicit SetWriter(std::unique_ptr<world::File> file);

    result<void> write_block(std::uint16_t kind);

    std::unique_ptr<world::File> file_;
    std::string block_;  ///< room for its header, then the payload so far
    std::uint64_t offset_ = 0;
    std::uint64_t rows_ = 0;
    std::uint32_t rows_in_block_ = 0;
};

/// A stored row.
struct StoredRow {
    Row row;  ///< without source_id, which is `source`; amounts are canonical
    job::Uuid source;
    Day day;
};

/// Reads a set from its first row, or from a block on, through one block's buffer. Checks every
/// block: Error::corrupt where a byte is not as it was written, Error::newer_format where a newer
/// program wrote it. Not thread-safe; blocks on the disk.
class SetReader {
  public:
    /// `offset`: 0, or what block_offset() gave while the same file was read. `disk` need not
    /// outlive it.
    static result<SetReader> open(world::Disk& disk, std::string_view path,
                                  std::uint64_t offset = 0);

    /// Null after the last row. The row and its views are valid until the next call.
    result<const StoredRow*> next();

    /// Where the block begins that holds the last row: reading may start again from there.
    std::uint64_t block_offset() const noexcept { return block_offset_; }

    /// Rows of the whole set that lie before the one that next gives next.
    std::uint64_t position() const noexcept { return position_; }

  private:
    SetReader(std::unique_ptr<world::File> file, std::uint64_t offset);

    result<void> read_block();
    result<void> check_end() const;
    result<void> read_payload(std::size_t size);

    std::unique_ptr<world::File> file_;
    std::string block_;
    std::size_t at_ = 0;  ///< in block_
    std::uint64_t next_offset_;
    std::uint64_t block_offset_;
    std::uint64_t position_ = 0;
    std::uint32_t rows_left_ = 0;  ///< in the block
    bool is_first_block_ = true;
    bool is_at_end_ = false;
    StoredRow row_;
};

}  // namespace belay::exports
