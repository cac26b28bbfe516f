// Cuts a file into lines: a machine without I/O that takes it in pieces cut anywhere, in bounded
// memory. Lines end with LF or CRLF, the last one may end with the file; one byte order mark in
// front is passed over, and so are blank lines (blanks, tabs, CR). A line over line_bytes_max, its
// end not counted, is given as one that is too long, even if all that was looked at is blank.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/batches/row.hpp"

namespace belay::batches {

struct Line {
    /// Valid until the next call. Of a line that is too long only the first line_bytes_max + 1
    /// bytes.
    std::string_view text;
    /// Where it begins in the file.
    std::uint64_t offset = 0;
    /// From 1.
    std::uint64_t number = 1;
};

/// Use: feed, next until it gives nothing, feed again; at the end of the file finish, then next
/// until it gives nothing.
class LineReader {
  public:
    /// Goes on in the middle of a file: at the beginning of the line with this number.
    explicit LineReader(std::uint64_t offset = 0, std::uint64_t line = 1) noexcept
        : offset_(offset), number_(line), is_past_mark_(offset != 0) {}

    /// `bytes` must live until next gives nothing; not called before.
    void feed(std::string_view bytes) noexcept { input_ = bytes; }

    /// No more bytes will come.
    void finish() noexcept { is_finished_ = true; }

    std::optional<Line> next();

    /// Where the line behind the last one begins, and its number.
    std::uint64_t next_offset() const noexcept { return offset_; }
    std::uint64_t next_number() const noexcept { return number_; }

  private:
    void hold(std::string_view part);
    std::optional<Line> cut(std::string_view text, std::uint64_t bytes, bool has_end);

    std::string_view input_;
    std::string held_;              ///< the beginning of a line whose end is in a later piece
    std::uint64_t held_bytes_ = 0;  ///< of that beginning, all of it
    std::string line_;              ///< what the last line views, if it came in pieces
    std::uint64_t offset_;
    std::uint64_t number_;
    bool is_past_mark_;
    bool is_finished_ = false;
};

}  // namespace belay::batches
