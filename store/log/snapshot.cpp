#include "store/log/snapshot.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include <xxhash.h>

#include "core/base/check.hpp"

namespace belay::store {
namespace {

constexpr std::string_view suffix = ".snapshot";
constexpr std::string_view temporary_suffix = ".snapshot.new";
constexpr std::size_t digits = 20;

constexpr std::array<char, 8> snapshot_magic = {'b', 'e', 'l', 'a', 'y', 's', 'n', 'p'};
constexpr std::size_t block_payload_bytes = 256 * 1024;  ///< a block is written once over this
constexpr std::uint64_t block_payload_bytes_max = block_payload_bytes + limits::frame_bytes_max;

// Fixed on disk for ever. Last used: 2.
constexpr std::uint32_t block_of_entries = 1;
constexpr std::uint32_t block_footer = 2;

struct FileHeaderBytes {
    std::array<char, 8> magic = snapshot_magic;
    std::uint32_t version = snapshot_format_version;
    std::uint32_t zero = 0;
    std::uint64_t start_lsn = 0;
    std::int64_t time = 0;
    std::uint64_t seed = 0;
    std::uint64_t checksum = 0;  ///< XXH3-64, seed 0, over the bytes before it
};
static_assert(sizeof(FileHeaderBytes) == 48);
static_assert(std::has_unique_object_representations_v<FileHeaderBytes>);

struct BlockHeaderBytes {
    std::uint32_t kind = 0;
    std::uint32_t entries = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t index = 0;  ///< 0, 1, …: no block is left out or moved
    std::uint64_t payload_checksum = 0;
    std::uint64_t checksum = 0;  ///< over the bytes before it; both XXH3-64 seeded with S
};
static_assert(sizeof(BlockHeaderBytes) == 40);
static_assert(std::has_unique_object_representations_v<BlockHeaderBytes>);

struct FooterBytes {
    std::uint64_t entries = 0;
    std::uint64_t highest_lsn = 0;
};
static_assert(sizeof(FooterBytes) == 16);

template <class Bytes>
std::uint64_t checksum_of(const Bytes& bytes, std::uint64_t seed) noexcept {
    return XXH3_64bits_withSeed(&bytes, offsetof(Bytes, checksum), seed);
}

template <class Bytes>
ByteSpan bytes_of(const Bytes& bytes) noexcept {
    return std::as_bytes(std::span(&bytes, 1));
}

std::string named(Lsn start_lsn, std::string_view with_suffix) {
    std::string text = std::to_string(start_lsn);
    text.insert(0, digits - text.size(), '0');
    return std::string(snapshot_directory) + "/" + text + std::string(with_suffix);
}

bool is_named(std::string_view name, std::string_view with_suffix) {
    const std::string_view number = name.substr(0, digits);
    return name.size() == digits + with_suffix.size() && name.ends_with(with_suffix) &&
           std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Reads one file from its beginning to its end.
class FileReader {
  public:
    FileReader(std::unique_ptr<world::File> file, std::string path, std::uint64_t size)
        : file_(std::move(file)), path_(std::move(path)), size_(size) {}

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

    explained<void> read(MutableByteSpan into) {
        if (into.size() > size_ - offset_) {
            return corrupt("the file ends inside a block");
        }
        const auto count = file_->read_at(offset_, into);
        if (count.has_error()) {
            return bad(count.error(), "cannot be read: " + count.error().message());
        }
        return *count == into.size() ? explained<void>() : corrupt("the file ends inside a block");
    }

    explained<SnapshotInfo> read_header() {
        FileHeaderBytes header;
        if (auto done = read(std::as_writable_bytes(std::span(&header, 1))); done.has_error()) {
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
        if (auto done = read(std::as_writable_bytes(std::span(&header, 1))); done.has_error()) {
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
        payload_.resize(header.payload_bytes);
        if (auto done = read(payload_); done.has_error()) {
            return done.error();
        }
        if (header.payload_checksum !=
            XXH3_64bits_withSeed(payload_.data(), payload_.size(), info_.start_lsn)) {
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
    std::vector<std::byte> payload_;
    SnapshotInfo info_;
};

}  // namespace

std::string snapshot_path(Lsn start_lsn) {
    return named(start_lsn, suffix);
}

std::string snapshot_temporary_path(Lsn start_lsn) {
    return named(start_lsn, temporary_suffix);
}

std::optional<Lsn> parse_snapshot_name(std::string_view name) {
    Lsn start_lsn = 0;
    if (!is_named(name, suffix) ||
        std::from_chars(name.data(), name.data() + digits, start_lsn).ec != std::errc()) {
        return std::nullopt;
    }
    return start_lsn;
}

bool is_snapshot_temporary_name(std::string_view name) {
    return is_named(name, temporary_suffix);
}

SnapshotWriter::SnapshotWriter(world::Disk& disk, std::unique_ptr<world::File> file,
                               const SnapshotInfo& info)
    : disk_(&disk), file_(std::move(file)), info_(info), block_(sizeof(BlockHeaderBytes), '\0') {
    info_.entries = 0;
    info_.highest_lsn = 0;
}

result<SnapshotWriter> SnapshotWriter::begin(world::Disk& disk, const SnapshotInfo& info) {
    if (auto made = disk.make_directory(snapshot_directory); made.has_error()) {
        return made.error();
    }
    if (auto synced = disk.sync_directory(""); synced.has_error()) {
        return synced.error();
    }
    auto file = disk.open(snapshot_temporary_path(info.start_lsn),
                          {.mode = world::Open::truncate, .direct = false});
    if (file.has_error()) {
        return file.error();
    }
    SnapshotWriter writer(disk, std::move(*file), info);
    FileHeaderBytes header;
    header.start_lsn = info.start_lsn;
    header.time = info.time.time_since_epoch().count();
    header.seed = info.seed;
    header.checksum = checksum_of(header, 0);
    if (auto written = writer.append(bytes_of(header)); written.has_error()) {
        return written.error();
    }
    return writer;
}

result<void> SnapshotWriter::append(ByteSpan bytes) {
    auto written = file_->write_at(offset_, bytes);
    offset_ += bytes.size();
    return written;
}

result<void> SnapshotWriter::write_block(std::uint32_t kind) {
    const ByteSpan payload = as_byte_span(block_).subspan(sizeof(BlockHeaderBytes));
    BlockHeaderBytes header;
    header.kind = kind;
    header.entries = block_entries_;
    header.payload_bytes = payload.size();
    header.index = block_index_++;
    header.payload_checksum = XXH3_64bits_withSeed(payload.data(), payload.size(), info_.start_lsn);
    header.checksum = checksum_of(header, info_.start_lsn);
    std::memcpy(block_.data(), &header, sizeof header);
    const result<void> written = append(as_byte_span(block_));
    block_.resize(sizeof header);
    block_entries_ = 0;
    return written;
}

result<void> SnapshotWriter::add(Lsn lsn, const Fact& fact) {
    const std::size_t start = block_.size();
    block_.resize(start + sizeof lsn + encoded_fact_bytes(fact));
    auto* to = reinterpret_cast<std::byte*>(block_.data()) + start;
    store_little(to, lsn);
    encode_fact(fact, to + sizeof lsn);
    ++block_entries_;
    ++info_.entries;
    info_.highest_lsn = std::max(info_.highest_lsn, lsn);
    return block_.size() >= block_payload_bytes ? write_block(block_of_entries) : result<void>();
}

explained<SnapshotInfo> SnapshotWriter::finish() {
    const std::string path = snapshot_temporary_path(info_.start_lsn);
    const auto close = [this]() -> result<void> {
        if (block_entries_ > 0) {
            if (auto written = write_block(block_of_entries); written.has_error()) {
                return written;
            }
        }
        const FooterBytes footer{.entries = info_.entries, .highest_lsn = info_.highest_lsn};
        block_.append(as_text(bytes_of(footer)));
        if (auto written = write_block(block_footer); written.has_error()) {
            return written;
        }
        return file_->sync();
    };
    if (const result<void> closed = close(); closed.has_error()) {
        return failure(closed.error(), path + ": " + closed.error().message());
    }
    auto verified = verify_snapshot(*disk_, path);
    verified_ = verified.has_value();
    return verified;
}

result<void> SnapshotWriter::install() {
    check(verified_, "only a verified snapshot gets its name");
    if (auto renamed =
            disk_->rename(snapshot_temporary_path(info_.start_lsn), snapshot_path(info_.start_lsn));
        renamed.has_error()) {
        return renamed;
    }
    return disk_->sync_directory(snapshot_directory);
}

explained<SnapshotInfo> read_snapshot(world::Disk& disk, std::string_view path,
                                      SnapshotApply apply) {
    auto file = disk.open(path, {.mode = world::Open::read, .direct = false});
    if (file.has_error()) {
        return failure(file.error(),
                       std::string(path) + ": cannot be opened: " + file.error().message());
    }
    const auto size = (*file)->size();
    if (size.has_error()) {
        return failure(size.error(),
                       std::string(path) + ": cannot be read: " + size.error().message());
    }
    return FileReader(std::move(*file), std::string(path), *size).run(apply);
}

explained<SnapshotInfo> verify_snapshot(world::Disk& disk, std::string_view path) {
    return read_snapshot(disk, path, [](Lsn, const Fact&) { return explained<void>(); });
}

}  // namespace belay::store
