#include <algorithm>
#include <cstring>
#include <utility>

#include "store/log/snapshot.hpp"
#include "store/log/snapshot_bytes.hpp"

namespace belay::store {
namespace {

/// Reads one file from its beginning to its end.
class FileReader {
  public:
    FileReader(std::unique_ptr<world::File> file, std::string path, std::uint64_t size,
               Reading reading)
        : file_(std::move(file)),
          path_(std::move(path)),
          size_(size),
          window_(*file_, size, block_payload_bytes_max, reading) {}

    explained<SnapshotInfo> run(SnapshotApply apply) {
        auto header = read_header();
        if (header.has_error()) {
            return header;
        }
        info_ = *header;
        for (std::uint64_t index = 0;; ++index) {
            const auto block = read_block(index);
            if (block.has_error()) {
                return block.error();
            }
            if (block->kind == block_footer) {
                return check_footer();
            }
            if (auto applied = apply_entries(block->entries, apply); applied.has_error()) {
                return applied.error();
            }
        }
    }

  private:
    Failure bad(boost::system::error_code code, std::string_view what) const {
        return failure(code,
                       path_ + " at offset " + std::to_string(offset_) + ": " + std::string(what));
    }
    Failure corrupt(std::string_view what) const {
        return bad(make_error_code(Error::corrupt), what);
    }

    /// The next `count` bytes; valid until the next call.
    explained<ByteSpan> read(std::size_t count) {
        if (count > size_ - offset_) {
            return corrupt("the file ends inside a block");
        }
        const auto bytes = window_.at(offset_, count);
        if (bytes.has_error()) {
            return bad(bytes.error(), "cannot be read: " + bytes.error().message());
        }
        return bytes->size() < count ? explained<ByteSpan>(corrupt("the file ends inside a block"))
                                     : explained<ByteSpan>(bytes->first(count));
    }

    template <class Header>
    explained<void> read_header_bytes(Header& header) {
        const auto bytes = read(sizeof header);
        if (bytes.has_error()) {
            return bytes.error();
        }
        std::memcpy(&header, bytes->data(), sizeof header);
        return {};
    }

    explained<SnapshotInfo> read_header() {
        FileHeaderBytes header;
        if (auto done = read_header_bytes(header); done.has_error()) {
            return done.error();
        }
        if (header.magic == snapshot_magic && header.version > snapshot_format_version) {
            return bad(make_error_code(Error::newer_format),
                       "was written by a newer version of belay");
        }
        if (header.magic != snapshot_magic || header.version != snapshot_format_version ||
            header.zero != 0 || header.checksum != checksum_of(header, 0)) {
            return corrupt("the header is damaged");
        }
        if (snapshot_path(header.start_lsn) != path_ &&
            snapshot_temporary_path(header.start_lsn) != path_) {
            return corrupt("is the snapshot of LSN " + std::to_string(header.start_lsn) +
                           " under another name");
        }
        offset_ += sizeof header;
        return SnapshotInfo{.start_lsn = header.start_lsn,
                            .time = WallTime(Milliseconds(header.time)),
                            .seed = header.seed};
    }

    explained<BlockHeaderBytes> read_block(std::uint64_t index) {
        BlockHeaderBytes header;
        if (auto done = read_header_bytes(header); done.has_error()) {
            return done.error();
        }
        const bool is_footer = header.kind == block_footer;
        if (header.checksum != checksum_of(header, info_.start_lsn) || header.index != index ||
            (!is_footer && header.kind != block_of_entries) ||
            (is_footer && header.payload_bytes != sizeof(FooterBytes)) ||
            header.payload_bytes > block_payload_bytes_max) {
            return corrupt("a block header is damaged");
        }
        offset_ += sizeof header;
        const auto payload = read(header.payload_bytes);
        if (payload.has_error()) {
            return payload.error();
        }
        payload_ = *payload;
        if (header.payload_checksum != payload_checksum(payload_, info_.start_lsn)) {
            return corrupt("a block is damaged");
        }
        offset_ += header.payload_bytes;
        return header;
    }

    explained<void> apply_entries(std::uint32_t entries, SnapshotApply apply) {
        ByteReader bytes(payload_);
        for (std::uint32_t entry = 0; entry < entries; ++entry) {
            const auto lsn = bytes.integer<Lsn>();
            Fact fact;
            if (!decode_fact(bytes, fact)) {
                return bad(make_error_code(Error::newer_format),
                           "an entry that this version does not know");
            }
            ++info_.entries;
            info_.highest_lsn = std::max(info_.highest_lsn, lsn);
            if (auto applied = apply(lsn, fact); applied.has_error()) {
                return applied;
            }
        }
        return bytes.left() == 0 ? explained<void>() : corrupt("a block has bytes to spare");
    }

    explained<SnapshotInfo> check_footer() {
        FooterBytes footer;
        std::memcpy(&footer, payload_.data(), sizeof footer);
        if (footer.entries != info_.entries || footer.highest_lsn != info_.highest_lsn) {
            return corrupt("the footer counts other entries than there are");
        }
        return offset_ == size_ ? explained<SnapshotInfo>(info_)
                                : corrupt("something follows the footer");
    }

    std::unique_ptr<world::File> file_;
    std::string path_;
    std::uint64_t size_;
    std::uint64_t offset_ = 0;
    FileWindow window_;
    ByteSpan payload_;  ///< of the block read last; in the window
    SnapshotInfo info_;
};

}  // namespace

explained<SnapshotInfo> read_snapshot(world::Disk& disk, std::string_view path, SnapshotApply apply,
                                      Reading reading) {
    auto file = open_for(disk, path, reading);
    if (file.has_error()) {
        return failure(file.error(),
                       std::string(path) + ": cannot be opened: " + file.error().message());
    }
    const auto size = (*file)->size();
    if (size.has_error()) {
        return failure(size.error(),
                       std::string(path) + ": cannot be read: " + size.error().message());
    }
    return FileReader(std::move(*file), std::string(path), *size, reading).run(apply);
}

explained<SnapshotInfo> verify_snapshot(world::Disk& disk, std::string_view path, Reading reading) {
    return read_snapshot(disk, path, [](Lsn, const Fact&) { return explained<void>(); }, reading);
}

result<std::uint64_t> count_snapshot_entries(world::Disk& disk, std::string_view path) {
    const auto file = disk.open(path, {.mode = world::Open::read});
    const auto size = file.has_value() ? (*file)->size() : result<std::uint64_t>(0);
    FooterBytes footer;
    if (size.has_error() || *size < sizeof footer) {
        return std::uint64_t{0};
    }
    const auto read =
        (*file)->read_at(*size - sizeof footer, std::as_writable_bytes(std::span(&footer, 1)));
    if (read.has_error()) {
        return read.error();
    }
    const bool is_whole = *read == sizeof footer;
    return is_whole && footer.entries <= *size / sizeof(Lsn) ? footer.entries : std::uint64_t{0};
}

}  // namespace belay::store
