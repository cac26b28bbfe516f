#include "core/exports/set_file.hpp"

#include <array>

#include <xxhash.h>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"

namespace belay::exports {
namespace {

constexpr std::uint32_t magic = 0x53575242;  // "BRWS"
constexpr std::uint16_t version = 1;
constexpr std::size_t header_bytes = 32;

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
constexpr std::uint16_t kind_rows = 1;
constexpr std::uint16_t kind_end = 2;

/// The longest row: its day, its source and every cell at its longest.
constexpr std::size_t row_bytes_max_stored = 2 + 4 + 16 + (column_count - 1) * (2 + cell_bytes_max);
constexpr std::size_t payload_bytes_max = block_payload_bytes + row_bytes_max_stored;

struct BlockHeader {
    std::uint64_t checksum = 0;
    std::uint32_t magic = 0;
    std::uint16_t version = 0;
    std::uint16_t kind = 0;
    std::uint32_t payload_size = 0;
    std::uint32_t rows = 0;
    std::uint64_t rows_before = 0;
};
static_assert(sizeof(BlockHeader) == header_bytes);
static_assert(std::has_unique_object_representations_v<BlockHeader>, "no stray bytes on disk");

std::uint64_t checksum_of(std::string_view block, std::uint64_t offset) {
    const std::string_view covered = block.substr(sizeof(std::uint64_t));
    return XXH3_64bits_withSeed(covered.data(), covered.size(), offset);
}

constexpr bool is_stored(std::size_t column) noexcept {
    return column != static_cast<std::size_t>(Column::source_id);
}

void append_row(const Transaction& transaction, std::string& to) {
    Row row = transaction.row;
    row[Column::amount] = transaction.amount;
    row[Column::expected_amount] = transaction.expected_amount;
    std::size_t size = sizeof(std::int32_t) + transaction.source.octets.size();
    for (std::size_t at = 0; at < column_count; ++at) {
        check(row.cells[at].size() <= cell_bytes_max, "a stored cell is bounded");
        size += is_stored(at) ? sizeof(std::uint16_t) + row.cells[at].size() : 0;
    }
    ByteWriter writer(to);
    writer.integer(static_cast<std::uint16_t>(size));
    writer.integer(static_cast<std::int32_t>(transaction.day.time_since_epoch().count()));
    writer.bytes(transaction.source.bytes());
    for (std::size_t at = 0; at < column_count; ++at) {
        if (is_stored(at)) {
            writer.integer(static_cast<std::uint16_t>(row.cells[at].size()));
            to.append(row.cells[at]);
        }
    }
}

/// False if the bytes are no row.
bool read_row(ByteReader& reader, StoredRow& into) {
    ByteReader inner(reader.bytes(reader.integer<std::uint16_t>()));
    into.day = Day(std::chrono::days(inner.integer<std::int32_t>()));
    const ByteSpan source = inner.bytes(into.source.octets.size());
    if (!inner.ok()) {
        return false;
    }
    std::memcpy(into.source.octets.data(), source.data(), source.size());
    for (std::size_t at = 0; at < column_count; ++at) {
        into.row.cells[at] = {};
        if (is_stored(at)) {
            into.row.cells[at] = as_text(inner.bytes(inner.integer<std::uint16_t>()));
        }
    }
    return reader.ok() && inner.ok() && inner.left() == 0;
}

}  // namespace

SetWriter::SetWriter(std::unique_ptr<world::File> file)
    : file_(std::move(file)), block_(header_bytes, '\0') {}

result<SetWriter> SetWriter::create(world::Disk& disk, std::string_view path) {
    auto file = disk.open(path, {world::Open::truncate});
    if (!file) {
        return file.error();
    }
    return SetWriter(std::move(*file));
}

result<void> SetWriter::add(const Transaction& transaction) {
    append_row(transaction, block_);
    ++rows_;
    ++rows_in_block_;
    if (block_.size() - header_bytes >= block_payload_bytes) {
        return write_block(kind_rows);
    }
    return {};
}

result<void> SetWriter::finish() {
    if (rows_in_block_ > 0) {
        const auto written = write_block(kind_rows);
        if (!written) {
            return written;
        }
    }
    const auto ended = write_block(kind_end);
    return ended ? file_->sync() : ended;
}

result<void> SetWriter::write_block(std::uint16_t kind) {
    BlockHeader header;
    header.magic = magic;
    header.version = version;
    header.kind = kind;
    header.payload_size = static_cast<std::uint32_t>(block_.size() - header_bytes);
    header.rows = rows_in_block_;
    header.rows_before = rows_ - rows_in_block_;
    std::memcpy(block_.data(), &header, sizeof header);
    header.checksum = checksum_of(block_, offset_);
    std::memcpy(block_.data(), &header, sizeof header);
    const auto written = file_->write_at(offset_, as_byte_span(block_));
    offset_ += block_.size();
    block_.resize(header_bytes);
    rows_in_block_ = 0;
    return written;
}

SetReader::SetReader(std::unique_ptr<world::File> file, std::uint64_t offset)
    : file_(std::move(file)), next_offset_(offset), block_offset_(offset) {}

result<SetReader> SetReader::open(world::Disk& disk, std::string_view path, std::uint64_t offset) {
    auto file = disk.open(path, {world::Open::read});
    if (!file) {
        return file.error();
    }
    return SetReader(std::move(*file), offset);
}

result<const StoredRow*> SetReader::next() {
    while (rows_left_ == 0) {
        if (is_at_end_) {
            return nullptr;
        }
        const auto read = read_block();
        if (!read) {
            return read.error();
        }
    }
    ByteReader reader(as_byte_span(std::string_view(block_).substr(at_)));
    if (!read_row(reader, row_)) {
        return Error::corrupt;
    }
    at_ = block_.size() - reader.left();
    --rows_left_;
    ++position_;
    if (rows_left_ == 0 && at_ != block_.size()) {
        return Error::corrupt;
    }
    return &row_;
}

result<void> SetReader::read_block() {
    block_.resize(header_bytes);
    const auto read = file_->read_at(next_offset_, std::as_writable_bytes(std::span(block_)));
    if (!read) {
        return read.error();
    }
    BlockHeader header;
    std::memcpy(&header, block_.data(), sizeof header);
    if (*read != header_bytes || header.magic != magic || header.payload_size > payload_bytes_max) {
        return Error::corrupt;
    }
    const auto payload = read_payload(header.payload_size);
    if (!payload) {
        return payload;
    }
    if (header.checksum != checksum_of(block_, next_offset_)) {
        return Error::corrupt;
    }
    if (header.version > version) {
        return Error::newer_format;
    }
    // The first block that is read says where it stands; each one after it must follow on.
    const bool is_in_place = is_first_block_ ? (next_offset_ == 0) == (header.rows_before == 0)
                                             : header.rows_before == position_;
    const bool is_end = header.kind == kind_end;
    if (header.version != version || (header.kind != kind_rows && !is_end) ||
        is_end != (header.rows == 0) || !is_in_place) {
        return Error::corrupt;
    }
    is_first_block_ = false;
    is_at_end_ = is_end;
    block_offset_ = next_offset_;
    next_offset_ += block_.size();
    position_ = header.rows_before;
    rows_left_ = header.rows;
    at_ = header_bytes;
    return is_end ? check_end() : result<void>();
}

/// Nothing may follow the end.
result<void> SetReader::check_end() const {
    const auto size = file_->size();
    if (!size) {
        return size.error();
    }
    if (block_.size() != header_bytes || *size != next_offset_) {
        return Error::corrupt;
    }
    return {};
}

result<void> SetReader::read_payload(std::size_t size) {
    block_.resize(header_bytes + size);
    const auto into = std::as_writable_bytes(std::span(block_)).subspan(header_bytes);
    const auto read = file_->read_at(next_offset_ + header_bytes, into);
    if (!read) {
        return read.error();
    }
    if (*read != size) {
        return Error::corrupt;
    }
    return {};
}

}  // namespace belay::exports
