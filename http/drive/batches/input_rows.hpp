// The rows of a file, one after the other, good ones and bad, for a job that runs them. Reads and
// parses ahead in background work, so that the shard only takes what is there.
//
//   InputRows rows(disk, {input_path(id, upload), job.input_bytes}, path,
//                  job.skips_validation ? InputRows::Repeats::fail : InputRows::Repeats::none,
//                  {checkpoint.ended, checkpoint.offset, checkpoint.line});
//   while (rows.wants_run()) {
//       co_await background.run(shard, rows);
//   }
//   if (auto row = rows.next()) ...  good: row->row; bad: append_refused_line(...)
//   else if (rows.error()) ...       the disk failed
//   else ...                         is_at_end()
//
// A job that skips validation reads its file twice: before the first row is given all ids are read,
// to know which rows repeat one. wants_run() stays true meanwhile, so the loop above can look at
// cancels and leases between slices.
//
// Memory: at most 16 MiB while ids are compared, then 4 MiB, and what the rows that are ahead come
// to when they are parsed: bounds.ahead_bytes of text, or one line of 1 MiB.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "core/batches/path_template.hpp"
#include "core/batches/repeated_ids.hpp"
#include "core/batches/row.hpp"
#include "http/drive/background.hpp"
#include "http/drive/batches/input_lines.hpp"

namespace belay::batch_drive {

struct InputRow {
    /// Counted from 0 in the whole file, bad ones too.
    std::uint64_t number = 0;
    /// Where its line begins.
    std::uint64_t offset = 0;
    std::uint64_t line = 0;
    boost::system::result<batches::Row, batches::RowError> row;
};

/// Not thread-safe: while run() runs nothing else of it is called.
class InputRows final : public http::BackgroundWork {
  public:
    enum class Repeats : std::uint8_t {
        none,  ///< the file was validated
        fail,  ///< a row with an id that occurred before is bad: RowFault::id_repeated
    };

    /// Begins at `from`, which next_place() gave once, or at the first row. `disk` outlives it, and
    /// so does the text that `path` was parsed from.
    InputRows(world::Disk& disk, InputFile file, const batches::PathTemplate& path, Repeats repeats,
              const InputPlace& from = {}, const InputBounds& bounds = {});

    /// One slice: some tens of milliseconds, a tenth of a second where ids are sorted.
    void run() noexcept override;

    /// No row is at hand, and neither the end nor an error has been met.
    bool wants_run() const noexcept { return rows_.empty() && stage_ != Stage::at_end && !error_; }

    /// The next row that is at hand; nothing if there is none.
    std::optional<InputRow> next();

    /// All rows have been given.
    bool is_at_end() const noexcept { return rows_.empty() && stage_ == Stage::at_end && !error_; }

    /// Of the disk. Rows that were read before are still given.
    const boost::system::error_code& error() const noexcept { return error_; }

    /// Where the row that next() gives next will be looked for: the place behind the last one
    /// given.
    const InputPlace& next_place() const noexcept { return place_; }

    /// The next run() closes and removes all files, then error() is `operation_canceled`. (So does
    /// the destructor; but it may be run on a shard, and removing large files takes long.)
    void give_up() noexcept { stage_ = Stage::giving_up; }

  private:
    enum class Stage : std::uint8_t { noting, comparing, reading, at_end, giving_up };

    struct Ahead {
        InputRow row;
        InputPlace behind;
    };

    result<void> slice();
    result<InputLines::Step> step();
    result<void> note_slice();
    result<void> note(const batches::Line& line);
    result<void> compare_slice();
    result<void> read_ahead();
    result<void> take_line(const batches::Line& line);
    result<void> next_repeat();

    world::Disk& disk_;
    const InputFile file_;
    const batches::PathTemplate path_;
    const InputBounds bounds_;
    Stage stage_;
    std::unique_ptr<InputLines> lines_;
    std::unique_ptr<batches::RepeatedIds> ids_;
    std::optional<batches::RepeatedIds::Repeat> repeat_;  ///< the next on or behind where we read
    std::deque<Ahead> rows_;
    std::uint64_t rows_read_;
    InputPlace place_;
    boost::system::error_code error_;
};

}  // namespace belay::batch_drive
