// Whether a whole file is good: every line a row of the job's path, no id twice, and at least one
// row. It stops at the first bad line. A repeated id is known only when all ids are; one that
// stands before the first line that is bad in itself is then the first fault.
//
// A machine that is run in slices, so that between them its job can be canceled, its lease renewed
// and its progress told:
//
//   InputCheck check(disk, {input_path(id, upload), job.input_bytes}, path);
//   while (!check.is_done()) {
//       co_await background.run(shard, check);
//       ... rows_good() is what can be told; to stop early: give_up and one run more
//   }
//   if (check.error()) ... the disk failed
//   else if (check.fault()) ... validation_failed: append_refused_line(*check.fault(), text)
//   else ... rows_good() rows, all good
//
// Memory: at most 16 MiB, and what one row of 1 MiB comes to when it is parsed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/batches/path_template.hpp"
#include "core/batches/repeated_ids.hpp"
#include "core/batches/row.hpp"
#include "http/drive/background.hpp"
#include "http/drive/batches/input_lines.hpp"

namespace belay::batch_drive {

/// Not thread-safe: while run() runs nothing else of it is called.
class InputCheck final : public http::BackgroundWork {
  public:
    /// `disk` outlives it, and so does the text that `path` was parsed from.
    InputCheck(world::Disk& disk, InputFile file, const batches::PathTemplate& path,
               const InputBounds& bounds = {});

    /// One slice: some tens of milliseconds, a tenth of a second where ids are sorted.
    void run() noexcept override;

    /// The next run() removes the temporary files, and then it is done, with `operation_canceled`.
    /// (So does the destructor; but it may be run on a shard, and removing large files takes long.)
    void give_up() noexcept;

    bool is_done() const noexcept { return stage_ == Stage::done; }

    /// Rows so far that are good in themselves; it never goes back.
    std::uint64_t rows_good() const noexcept { return rows_; }

    // When it is done.

    /// Of the disk: nothing is known of the file.
    const boost::system::error_code& error() const noexcept { return error_; }

    /// The first.
    const std::optional<batches::RefusedRow>& fault() const noexcept { return fault_; }

  private:
    enum class Stage : std::uint8_t { reading, comparing, giving_up, done };

    result<void> read_slice();
    result<void> take_line(const batches::Line& line);
    result<void> end_reading();
    result<void> compare_slice();
    void end(const boost::system::error_code& error);

    const batches::PathTemplate path_;
    const InputBounds bounds_;
    std::unique_ptr<batches::RepeatedIds> ids_;
    std::unique_ptr<InputLines> lines_;
    Stage stage_ = Stage::reading;
    std::uint64_t rows_ = 0;
    std::optional<batches::RefusedRow> fault_;
    boost::system::error_code error_;
};

}  // namespace belay::batch_drive
