// Reads the frames of one segment, one after the other, and says what is there when there is none.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "store/log/file_window.hpp"
#include "store/log/frame.hpp"
#include "store/log/segment.hpp"

namespace belay::store {

/// A frame of the log; `frame` (header and all) is valid until the reader's next call.
struct LogFrame {
    FrameHeader header;
    std::uint32_t offset = 0;
    ByteSpan frame;

    ByteSpan body() const noexcept { return frame.subspan(frame_header_bytes, header.body_length); }
};

/// What the marks of a segment say.
struct MarkSight {
    std::optional<Mark> newest;
    std::array<bool, 2> readable{};
};

/// What a scan over everything behind a position found. All of it was written to this segment: its
/// headers name this place.
struct TailScan {
    bool any = false;              ///< anything that names its place, sound or not
    Lsn named_durable_lsn = 0;     ///< the highest D in a sound header
    std::uint32_t end_offset = 0;  ///< where the last of it ends; 0 if there is nothing
};

class SegmentReader {
  public:
    /// Opens the file of a segment whose header is known. `lsn` and `chain` are what its first
    /// frame must have: the header's, unless a caller knows better.
    static explained<SegmentReader> open(world::Disk& disk, const SegmentHeader& header,
                                         Reading reading = Reading::plain);

    /// The next frame: after the last one, or else at the next block. A frame counts only if place,
    /// LSN, chain and both checksums fit. Empty when there is none; a footer is given like a frame
    /// and ends the segment.
    explained<std::optional<LogFrame>> next();

    /// Where and what the next frame must be: after `next` was empty, x and its place.
    FramePlace expected() const noexcept { return expected_; }

    /// What stopped `next`.
    FrameCheck stopped_by() const noexcept { return stopped_by_; }

    /// Everything from the stopping place to the end of the file, at every place a frame can be.
    explained<TailScan> scan_tail();

    explained<MarkSight> read_marks();

    /// Is there a sound frame header where a segment's first frame lies?
    explained<bool> holds_first_frame();

    /// The highest D that the segment's header and the frames read so far name.
    Lsn named_durable_lsn() const noexcept { return named_durable_lsn_; }

    const SegmentHeader& header() const noexcept { return header_; }

  private:
    SegmentReader(std::unique_ptr<world::File> file, const SegmentHeader& header, Reading reading);

    explained<FrameCheck> look(std::uint32_t offset, ByteSpan& bytes);
    void advance(const LogFrame& frame);
    void note_header(const FrameHeader& header, std::uint32_t offset, TailScan& scan);
    Failure unreadable(boost::system::error_code error, std::uint64_t offset) const;

    std::unique_ptr<world::File> file_;
    SegmentHeader header_;
    FileWindow window_;
    FramePlace expected_;
    FrameCheck stopped_by_ = FrameCheck::absent;
    Lsn named_durable_lsn_ = 0;
    bool at_footer_ = false;
};

}  // namespace belay::store
