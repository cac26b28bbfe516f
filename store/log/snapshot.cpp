#include "store/log/snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "core/base/check.hpp"
#include "store/log/snapshot_bytes.hpp"

namespace belay::store {
namespace {

constexpr std::string_view suffix = ".snapshot";
constexpr std::string_view temporary_suffix = ".snapshot.new";
constexpr std::size_t digits = 20;

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

}  // namespace belay::store
