#include "store/log/segment_file.hpp"

#include <algorithm>

#include "store/log/aligned_buffer.hpp"

namespace belay::store {
namespace {

/// A durable write of the log may find the disk at one of these and has to wait for it.
constexpr std::size_t zeroing_chunk_bytes = 128 * 1024;

result<void> write_zeros(world::File& file, std::uint64_t from, std::uint64_t to, Rest rest) {
    const AlignedBuffer zeros(std::min<std::uint64_t>(zeroing_chunk_bytes, to - from));
    for (std::uint64_t at = from; at < to;) {
        const std::uint64_t count = std::min<std::uint64_t>(zeros.span().size(), to - at);
        if (auto written = file.write_at(at, zeros.span().first(count)); written.has_error()) {
            return written;
        }
        at += count;
        rest();
    }
    return {};
}

}  // namespace

result<std::unique_ptr<world::File>> open_for_writing(world::Disk& disk, std::string_view path,
                                                      world::Open mode, bool want_direct,
                                                      bool& direct) {
    if (want_direct) {
        auto file = disk.open(path, {.mode = mode, .direct = true});
        direct = file.has_value();
        if (direct || file.error() != boost::system::errc::invalid_argument) {
            return file;
        }
    }
    direct = false;
    return disk.open(path, {.mode = mode, .direct = false});
}

result<OpenSegment> make_segment_file(world::Disk& disk, std::uint64_t number, std::uint64_t size,
                                      bool want_direct, Rest rest) {
    OpenSegment segment;
    segment.header.number = number;
    segment.header.size = size;
    // Zeros are written, not merely allocated: only then does a later write change no metadata that
    // its sync would have to carry (design 9).
    auto file = open_for_writing(disk, segment_temporary_path(number), world::Open::truncate,
                                 want_direct, segment.direct);
    if (file.has_error()) {
        return file.error();
    }
    segment.file = std::move(file.value());
    if (auto written = write_zeros(*segment.file, 0, size, rest); written.has_error()) {
        return written.error();
    }
    if (auto synced = segment.file->sync(); synced.has_error()) {
        return synced.error();
    }
    return segment;
}

result<OpenSegment> recycle_segment_file(world::Disk& disk, std::string_view from,
                                         std::uint64_t number, std::uint64_t size,
                                         bool want_direct) {
    const std::string to = segment_temporary_path(number);
    if (auto renamed = disk.rename(from, to); renamed.has_error()) {
        return renamed.error();
    }
    // Before a byte changes: else a power cut could leave the new number's bytes under the old
    // name, which looks like a swapped file.
    if (auto synced = disk.sync_directory(log_directory); synced.has_error()) {
        return synced.error();
    }
    OpenSegment segment;
    segment.header.number = number;
    segment.header.size = size;
    auto file = open_for_writing(disk, to, world::Open::write, want_direct, segment.direct);
    if (file.has_error()) {
        return file.error();
    }
    segment.file = std::move(file.value());
    return segment;
}

result<void> write_segment_head(OpenSegment& segment, Lsn durable_lsn) {
    AlignedBuffer head(segment_data_offset);
    const auto block = [&head](std::size_t index) {
        return head.span().subspan(index * limits::block_bytes, limits::block_bytes);
    };
    encode_segment_header(segment.header, block(0));
    for (const std::uint64_t sequence : {0U, 1U}) {
        encode_mark({.sequence = sequence, .durable_lsn = durable_lsn}, segment.header,
                    block(1 + sequence));
    }
    if (auto written = segment.file->write_at(0, head.span()); written.has_error()) {
        return written;
    }
    return segment.file->sync();
}

result<void> name_segment(world::Disk& disk, std::uint64_t number) {
    if (auto renamed = disk.rename(segment_temporary_path(number), segment_path(number));
        renamed.has_error()) {
        return renamed;
    }
    return disk.sync_directory(log_directory);
}

}  // namespace belay::store
