// The lines of a file that was uploaded, read from the disk in pieces: what blocks, so only within
// background work.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/batches/lines.hpp"
#include "core/world/disk.hpp"

namespace belay::batch_drive {

/// What is read, and how much of anything at once.
struct InputFile {
    /// Relative to the disk's root. The temporary files that stand by it have its name and
    /// temporary_suffix behind it, or that and "2".
    std::string path;
    /// So long it is. A file of another size is not the one that was uploaded: Error::corrupt.
    std::uint64_t bytes = 0;
};

/// A crash leaves such files; they are removed at start.
inline constexpr std::string_view temporary_suffix = ".ids";

struct InputBounds {
    /// Read from the disk at once.
    std::size_t piece_bytes = 64 * 1024;
    /// About so much of the file is looked at in one slice of work.
    std::size_t slice_bytes = 1024 * 1024;
    /// And about so much of it is held as rows, not yet given out.
    std::size_t ahead_bytes = 256 * 1024;
    /// Ids that are compared in one slice.
    std::size_t slice_ids = 256 * 1024;
    /// For telling repeated ids (batches::RepeatedIds).
    std::size_t ids_memory_bytes = 8 * 1024 * 1024;
};

/// A line of a file, where reading can be taken up again.
struct InputPlace {
    /// Rows before it.
    std::uint64_t row = 0;
    std::uint64_t offset = 0;
    std::uint64_t line = 1;
};

/// Not thread-safe. Opens the file with the first step.
class InputLines {
  public:
    enum class Step : std::uint8_t {
        line,   ///< line() is the next one that is not blank
        piece,  ///< a piece was read; its lines come with the next steps
        end,
    };

    /// `disk` outlives it.
    InputLines(world::Disk& disk, InputFile file, std::size_t piece_bytes,
               const InputPlace& from = {});

    /// Reads from the disk at most once.
    result<Step> step();

    /// After Step::line, valid until the next step.
    const batches::Line& line() const noexcept { return line_; }

    /// Where the line behind line() begins, and its number.
    std::uint64_t next_offset() const noexcept { return reader_.next_offset(); }
    std::uint64_t next_line() const noexcept { return reader_.next_number(); }

    /// How far the file was read.
    std::uint64_t bytes_read() const noexcept { return at_; }

  private:
    result<void> open();
    result<void> read_piece();

    world::Disk& disk_;
    const InputFile file_;
    const std::size_t piece_bytes_;
    std::unique_ptr<world::File> opened_;
    std::string piece_;
    std::uint64_t at_;
    batches::LineReader reader_;
    batches::Line line_;
    bool is_finished_ = false;
};

}  // namespace belay::batch_drive
