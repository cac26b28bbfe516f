#include "store/log/recovered_tail.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/base/check.hpp"
#include "store/log/aligned_buffer.hpp"
#include "store/log/reader.hpp"

namespace belay::store {
namespace {

Failure about(std::string_view what, boost::system::error_code error) {
    return failure(error, std::string(what) + ": " + error.message());
}

/// Writes frames of the stream into a segment, group by group.
class FrameCopier {
  public:
    /// `bytes`: of all frames that will be added.
    FrameCopier(OpenSegment& to, std::uint64_t bytes)
        : to_(to),
          staging_(round_up_to_block(
              std::clamp<std::uint64_t>(bytes, limits::frame_bytes_max, limits::group_bytes_max))),
          chain_(to.header.chain) {}

    result<void> add(const LogFrame& frame) {
        if (staged_ + frame.frame.size() > staging_.size()) {
            if (auto written = flush(); written.has_error()) {
                return written;
            }
        }
        std::memcpy(staging_.data() + staged_, frame.frame.data(), frame.frame.size());
        chain_ = stamp_frame(staging_.span().subspan(staged_, frame.frame.size()),
                             {.segment = to_.header.number,
                              .offset = offset_ + static_cast<std::uint32_t>(staged_),
                              .lsn = frame.header.lsn,
                              .chain = chain_},
                             to_.header.base_lsn, to_.header.salt);
        staged_ += frame.frame.size();
        return {};
    }

    result<void> flush() {
        const std::size_t whole_blocks = round_up_to_block(staged_);
        std::memset(staging_.data() + staged_, 0, whole_blocks - staged_);
        if (auto written = to_.file->write_at(offset_, staging_.span().first(whole_blocks));
            written.has_error()) {
            return written;
        }
        offset_ += static_cast<std::uint32_t>(whole_blocks);
        staged_ = 0;
        return to_.file->sync();
    }

    std::uint32_t offset() const noexcept { return offset_; }
    std::uint64_t chain() const noexcept { return chain_; }

  private:
    OpenSegment& to_;
    AlignedBuffer staging_;
    std::size_t staged_ = 0;
    std::uint32_t offset_ = segment_data_offset;
    std::uint64_t chain_;
};

/// Makes the new segment and fills it, all under a temporary name.
class TailWriter {
  public:
    TailWriter(world::Disk& disk, world::Entropy& entropy, const LogOptions& options,
               const Inventory& inventory, const LogEnd& end, Reading reading)
        : disk_(disk),
          entropy_(entropy),
          options_(options),
          inventory_(inventory),
          end_(end),
          reading_(reading) {}

    explained<RecoveredLog> run() {
        choose_base();
        if (auto cleared = clear_directory(); cleared.has_error()) {
            return about("log", cleared.error());
        }
        std::optional<SegmentReader> reader;
        if (auto opened = open_at_base(reader); opened.has_error()) {
            return opened.error();
        }
        if (auto made = make_file(); made.has_error()) {
            return about(segment_path(number()), made.error());
        }
        fill_header(reader);
        return write(reader);
    }

  private:
    std::uint64_t number() const noexcept { return inventory_.highest_number + 1; }

    const LogSegment* last() const noexcept {
        return inventory_.segments.empty() ? nullptr : &inventory_.segments.back();
    }

    bool replaces_last() const noexcept {
        return last() != nullptr && last()->header.base_lsn == base_;
    }

    void choose_base() noexcept {
        base_ = end_.durable_lsn;
        if (last() != nullptr &&
            end_.end_lsn - last()->header.base_lsn <= options_.segment_bytes / 4) {
            base_ = last()->header.base_lsn;
        }
    }

    result<void> clear_directory() {
        if (auto made = disk_.make_directory(log_directory); made.has_error()) {
            return made;
        }
        if (auto synced = disk_.sync_directory(""); synced.has_error()) {
            return synced;
        }
        for (const std::string& name : inventory_.leftovers) {
            if (auto removed = disk_.remove(std::string(log_directory) + "/" + name);
                removed.has_error()) {
                return removed;
            }
        }
        return {};
    }

    /// Reads up to base_, so that the reader's next frame is the first one to copy.
    explained<void> open_at_base(std::optional<SegmentReader>& reader) {
        if (last() == nullptr) {
            return {};
        }
        auto opened = SegmentReader::open(disk_, last()->header, reading_);
        if (opened.has_error()) {
            return opened.error();
        }
        reader.emplace(std::move(*opened));
        while (reader->expected().lsn < base_) {
            if (auto frame = next(*reader); frame.has_error()) {
                return frame.error();
            }
        }
        // Only damage that some checksum fits, or another program, makes such a D.
        return reader->expected().lsn == base_
                   ? explained<void>()
                   : failure(make_error_code(Error::corrupt),
                             segment_path(reader->header().number) + " at offset " +
                                 std::to_string(reader->expected().offset) +
                                 ": something names an end of the durable log, LSN " +
                                 std::to_string(base_) + ", that is no end of a frame");
    }

    /// A frame that replay has read before: it is there, or the disk is failing under us.
    static explained<LogFrame> next(SegmentReader& reader) {
        auto frame = reader.next();
        if (frame.has_error()) {
            return frame.error();
        }
        if (!*frame) {
            return failure(make_error_code(Error::corrupt),
                           segment_path(reader.header().number) + " at offset " +
                               std::to_string(reader.expected().offset) +
                               ": what was read a moment ago cannot be read again");
        }
        return **frame;
    }

    std::uint64_t file_bytes() const noexcept {
        const std::uint64_t tail = end_.end_lsn - base_;
        const std::uint64_t groups = tail / (limits::group_bytes_max / 2) + 1;
        return std::max(options_.segment_bytes, segment_data_offset + round_up_to_block(tail) +
                                                    groups * limits::block_bytes);
    }

    /// A file that holds nothing that counts, of the right size.
    const SegmentHeader* reusable() const noexcept {
        for (const auto* files : {&inventory_.prepared, &inventory_.voided}) {
            for (const SegmentHeader& file : *files) {
                if (file.size == file_bytes()) {
                    return &file;
                }
            }
        }
        return nullptr;
    }

    result<void> make_file() {
        const SegmentHeader* from = reusable();
        auto made = from != nullptr
                        ? recycle_segment_file(disk_, segment_path(from->number), number(),
                                               file_bytes(), options_.direct)
                        : make_segment_file(disk_, number(), file_bytes(), options_.direct, [] {});
        if (made.has_error()) {
            return made.error();
        }
        reused_number_ = from != nullptr ? from->number : 0;
        log_.current = std::move(*made);
        return {};
    }

    void fill_header(const std::optional<SegmentReader>& reader) {
        SegmentHeader& header = log_.current.header;
        header.state = SegmentState::recovered;
        header.salt = entropy_.number();
        header.base_lsn = base_;
        header.chain = reader ? reader->expected().chain : 0;
        header.durable_lsn = end_.end_lsn;
        if (last() == nullptr) {
            header.previous = 0;
        } else if (!replaces_last()) {
            header.previous = last()->header.number;
        } else if (inventory_.segments.size() > 1) {
            header.previous = inventory_.segments[inventory_.segments.size() - 2].header.number;
        } else {
            header.previous = last()->header.previous;
        }
    }

    explained<RecoveredLog> write(std::optional<SegmentReader>& reader) {
        const std::string path = segment_path(number());
        if (auto written = write_segment_head(log_.current, end_.end_lsn); written.has_error()) {
            return about(path, written.error());
        }
        FrameCopier copier(log_.current, end_.end_lsn - base_);
        for (Lsn lsn = base_; lsn < end_.end_lsn;) {
            const auto frame = next(*reader);
            if (frame.has_error()) {
                return frame.error();
            }
            if (auto added = copier.add(*frame); added.has_error()) {
                return about(path, added.error());
            }
            lsn += frame->header.length;
        }
        if (auto flushed = copier.flush(); flushed.has_error()) {
            return about(path, flushed.error());
        }
        if (auto named = name_segment(disk_, number()); named.has_error()) {
            return about(path, named.error());
        }
        log_.position = {.segment = log_.current.header,
                         .offset = copier.offset(),
                         .next_lsn = end_.end_lsn,
                         .chain = copier.chain(),
                         .mark_sequence = 1};
        log_.next_number = number() + 1;
        list_sealed();
        return std::move(log_);
    }

    void list_sealed() {
        for (const LogSegment& segment : inventory_.segments) {
            const Lsn end = std::min(segment.limit_lsn, base_);
            const bool counts = end > segment.header.base_lsn;
            log_.sealed.push_back({.number = segment.header.number,
                                   .size = segment.header.size,
                                   .base_lsn = segment.header.base_lsn,
                                   .end_lsn = counts ? end : 0});
        }
        for (const auto* files : {&inventory_.prepared, &inventory_.voided}) {
            for (const SegmentHeader& file : *files) {
                if (file.number != reused_number_) {
                    log_.sealed.push_back({.number = file.number, .size = file.size});
                }
            }
        }
    }

    world::Disk& disk_;
    world::Entropy& entropy_;
    const LogOptions& options_;
    const Inventory& inventory_;
    const LogEnd& end_;
    const Reading reading_;
    Lsn base_ = first_lsn;
    std::uint64_t reused_number_ = 0;
    RecoveredLog log_;
};

}  // namespace

explained<RecoveredLog> write_recovered_tail(world::Disk& disk, world::Entropy& entropy,
                                             const LogOptions& options, const Inventory& inventory,
                                             const LogEnd& end, Reading reading) {
    return TailWriter(disk, entropy, options, inventory, end, reading).run();
}

}  // namespace belay::store
