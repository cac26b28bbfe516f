// Which rows of a file have their answer, in bounded memory.
//
// Rows run at once and end in any order. All rows before some place have ended; behind it lies a
// window of `rows_max` rows of which some have. No row behind the window is begun, so that the
// place and one bit for each row of the window say all: a checkpoint is at most a thousand bytes,
// whatever the size of the file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace belay::batches {

inline constexpr std::size_t window_rows_max = 8192;

/// What a record keeps of it.
struct Checkpoint {
    /// Rows before the window; all have ended.
    std::uint64_t ended = 0;
    /// Where the first row of the window begins in the input, and the number of its line.
    std::uint64_t offset = 0;
    std::uint64_t line = 1;
    /// Rows from this number on were never sent. It is durable before one of them is sent, so that
    /// whoever takes the job up again knows which rows somebody else may have sent; at most
    /// window_rows_max above `ended`.
    std::uint64_t sent_until = 0;
    /// A bit for each row of the window that has ended, the lowest first.
    std::array<std::uint64_t, window_rows_max / 64> bits{};

    bool has_ended(std::size_t row) const noexcept {
        return ((bits[row / 64] >> (row % 64)) & 1U) != 0;
    }

    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

void encode(const Checkpoint& checkpoint, ByteWriter& to);
Checkpoint take_checkpoint(ByteReader& from);

/// Not thread-safe.
class Window {
  public:
    /// A row's number, counted from the first row of the file.
    using Row = std::uint64_t;

    /// Goes on from what a record says.
    explicit Window(const Checkpoint& from = {}) noexcept;

    /// Whether a further row may be begun.
    bool has_room() const noexcept { return rows_.size() < window_rows_max; }

    /// No row from this number on may be begun before others have ended.
    Row end_of_room() const noexcept { return first_ + window_rows_max; }

    /// The number of the row that begin() is about next.
    Row next() const noexcept { return first_ + rows_.size(); }

    /// The next row of the input, which begins there. nullopt: it had ended before the checkpoint
    /// and is not to be run.
    std::optional<Row> begin(std::uint64_t offset, std::uint64_t line);

    /// A row that was begun has its answer. Once for each (checked).
    void end(Row row);

    /// Rows that were begun and have not ended.
    std::size_t under_way() const noexcept { return under_way_; }

    /// `next_offset` and `next_line`: of the first row that was not begun. `sent_until` is for the
    /// caller to say.
    Checkpoint checkpoint(std::uint64_t next_offset, std::uint64_t next_line) const noexcept;

  private:
    struct Begun {
        std::uint64_t offset = 0;
        std::uint64_t line = 0;
        bool has_ended = false;
    };

    Checkpoint from_;          ///< bits of rows that are not begun yet
    std::uint64_t first_ = 0;  ///< the number of the first row of the window
    std::deque<Begun> rows_;
    std::size_t under_way_ = 0;
};

}  // namespace belay::batches
