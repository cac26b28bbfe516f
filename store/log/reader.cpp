#include "store/log/reader.hpp"

#include <algorithm>
#include <cstring>

namespace belay::store {

SegmentReader::SegmentReader(std::unique_ptr<world::File> file, const SegmentHeader& header,
                             Reading reading)
    : file_(std::move(file)),
      header_(header),
      window_(*file_, header.size, limits::frame_bytes_max, reading),
      expected_{.segment = header.number,
                .offset = segment_data_offset,
                .lsn = header.base_lsn,
                .chain = header.chain},
      named_durable_lsn_(header.durable_lsn) {}

explained<SegmentReader> SegmentReader::open(world::Disk& disk, const SegmentHeader& header,
                                             Reading reading) {
    const std::string path = segment_path(header.number);
    auto file = open_for(disk, path, reading);
    if (file.has_error()) {
        return failure(file.error(), path + ": cannot be opened: " + file.error().message());
    }
    return SegmentReader(std::move(*file), header, reading);
}

Failure SegmentReader::unreadable(boost::system::error_code error, std::uint64_t offset) const {
    return failure(error, segment_path(header_.number) + " at offset " + std::to_string(offset) +
                              ": cannot be read: " + error.message());
}

explained<FrameCheck> SegmentReader::look(std::uint32_t offset, ByteSpan& bytes) {
    FramePlace place = expected_;
    place.offset = offset;
    const auto window = window_.at(offset, limits::frame_bytes_max);
    if (window.has_error()) {
        return unreadable(window.error(), offset);
    }
    bytes = *window;
    return check_frame(bytes, place, header_.salt);
}

explained<std::optional<LogFrame>> SegmentReader::next() {
    if (at_footer_) {
        return std::nullopt;
    }
    ByteSpan bytes;
    std::uint32_t offset = expected_.offset;
    auto found = look(offset, bytes);
    if (found.has_error()) {
        return found.error();
    }
    stopped_by_ = *found;
    if (*found != FrameCheck::valid) {
        const auto block = static_cast<std::uint32_t>(round_up_to_block(offset));
        if (block != offset && block < header_.size) {
            offset = block;
            found = look(offset, bytes);
            if (found.has_error()) {
                return found.error();
            }
        }
    }
    if (*found != FrameCheck::valid) {
        return std::nullopt;
    }
    LogFrame frame{.header = load_frame_header(bytes.data()), .offset = offset, .frame = {}};
    frame.frame = bytes.first(frame.header.length);
    advance(frame);
    return frame;
}

void SegmentReader::advance(const LogFrame& frame) {
    named_durable_lsn_ = std::max(named_durable_lsn_, frame.header.durable_lsn);
    expected_.offset = frame.offset + frame.header.length;
    at_footer_ = frame.header.type == static_cast<std::uint8_t>(FrameType::footer);
    if (!at_footer_) {
        expected_.lsn += frame.header.length;
        expected_.chain = frame.header.header_checksum;
    }
}

explained<bool> SegmentReader::holds_first_frame() {
    const auto window = window_.at(segment_data_offset, frame_header_bytes);
    if (window.has_error()) {
        return unreadable(window.error(), segment_data_offset);
    }
    return window->size() >= frame_header_bytes &&
           is_sound_header(load_frame_header(window->data()), header_.number, segment_data_offset,
                           header_.salt);
}

explained<TailScan> SegmentReader::scan_tail() {
    TailScan scan;
    for (std::uint64_t offset = expected_.offset; offset < header_.size;) {
        const auto window = window_.at(offset, frame_header_bytes);
        if (window.has_error()) {
            return unreadable(window.error(), offset);
        }
        const std::size_t places = window->size() / limits::frame_alignment;
        if (places == 0) {
            break;
        }
        for (std::size_t place = 0; place < places; ++place) {
            const std::size_t at = place * limits::frame_alignment;
            note_header(load_frame_header(window->data() + at),
                        static_cast<std::uint32_t>(offset + at), scan);
        }
        offset += places * limits::frame_alignment;
    }
    return scan;
}

void SegmentReader::note_header(const FrameHeader& header, std::uint32_t offset, TailScan& scan) {
    if (header.segment != header_.number || header.offset != offset) {
        return;
    }
    scan.any = true;
    scan.end_offset = offset + static_cast<std::uint32_t>(frame_header_bytes);
    if (is_sound_header(header, header_.number, offset, header_.salt)) {
        scan.named_durable_lsn = std::max(scan.named_durable_lsn, header.durable_lsn);
        const std::uint64_t end = std::uint64_t{offset} + header.length;
        scan.end_offset = static_cast<std::uint32_t>(std::min(end, header_.size));
    }
}

explained<MarkSight> SegmentReader::read_marks() {
    MarkSight sight;
    AlignedBuffer block(limits::block_bytes);
    for (const std::uint32_t slot : {0U, 1U}) {
        const std::uint32_t offset = mark_offset(slot);
        const auto read = file_->read_at(offset, block.span());
        if (read.has_error()) {
            return unreadable(read.error(), offset);
        }
        const auto mark = decode_mark(block.span().first(*read), header_, slot);
        if (mark.has_error()) {
            continue;
        }
        sight.readable[slot] = true;
        if (!sight.newest || mark->sequence > sight.newest->sequence) {
            sight.newest = *mark;
        }
    }
    return sight;
}

}  // namespace belay::store
