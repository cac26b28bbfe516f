#include "store/log/segment.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <type_traits>

#include <xxhash.h>

#include "core/base/check.hpp"

namespace belay::store {
namespace {

constexpr std::string_view segment_suffix = ".segment";
constexpr std::string_view temporary_suffix = ".segment.new";
constexpr std::size_t digits = 20;

constexpr std::array<char, 8> header_magic = {'b', 'e', 'l', 'a', 'y', 'l', 'o', 'g'};
constexpr std::array<char, 8> mark_magic = {'b', 'e', 'l', 'a', 'y', 'm', 'r', 'k'};

/// The first bytes of block 0; the rest of the block is zero. The version is at the same place in
/// every version.
struct HeaderBytes {
    std::array<char, 8> magic = header_magic;
    std::uint32_t version = log_format_version;
    std::uint32_t state = 0;
    std::uint64_t number = 0;
    std::uint64_t previous = 0;
    std::uint64_t size = 0;
    std::uint64_t salt = 0;
    std::uint64_t base_lsn = 0;
    std::uint64_t chain = 0;
    std::uint64_t durable_lsn = 0;
    std::uint64_t checksum = 0;  ///< XXH3-64, seed 0, over the bytes before it
};
static_assert(sizeof(HeaderBytes) == 80 && sizeof(HeaderBytes) <= 512);
static_assert(std::has_unique_object_representations_v<HeaderBytes>);

struct MarkBytes {
    std::array<char, 8> magic = mark_magic;
    std::uint64_t number = 0;
    std::uint64_t sequence = 0;
    std::uint64_t durable_lsn = 0;
    std::uint64_t next_segment = 0;
    std::uint64_t checksum = 0;  ///< XXH3-64, seeded with the segment's salt, over the bytes before
};
static_assert(sizeof(MarkBytes) == 48 && sizeof(MarkBytes) <= 512);
static_assert(std::has_unique_object_representations_v<MarkBytes>);

template <class Bytes>
std::uint64_t checksum_of(const Bytes& bytes, std::uint64_t seed) noexcept {
    return XXH3_64bits_withSeed(&bytes, offsetof(Bytes, checksum), seed);
}

template <class Bytes>
void fill_block(const Bytes& bytes, MutableByteSpan block) noexcept {
    check(block.size() == limits::block_bytes, "a header or mark is written as a block");
    std::fill(block.begin(), block.end(), std::byte{0});
    std::memcpy(block.data(), &bytes, sizeof bytes);
}

/// A flipped bit anywhere in the block counts, also where only zeros belong.
template <class Bytes>
bool has_zero_rest(ByteSpan block) noexcept {
    const ByteSpan rest = block.subspan(sizeof(Bytes));
    return std::all_of(rest.begin(), rest.end(),
                       [](std::byte byte) { return byte == std::byte{0}; });
}

std::string numbered(std::uint64_t number, std::string_view suffix) {
    std::string text = std::to_string(number);
    text.insert(0, digits - text.size(), '0');
    return std::string(log_directory) + "/" + text + std::string(suffix);
}

bool are_digits(std::string_view text) noexcept {
    return text.size() == digits &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_consistent(const SegmentHeader& header) noexcept {
    if (header.number == 0 || header.previous >= header.number || header.size < segment_bytes_min ||
        header.size > segment_bytes_max || header.size % limits::block_bytes != 0) {
        return false;
    }
    switch (header.state) {
        case SegmentState::prepared:
            return header.base_lsn == 0 && header.chain == 0 && header.durable_lsn == 0;
        case SegmentState::continued:
            return header.base_lsn >= first_lsn && header.durable_lsn == header.base_lsn;
        case SegmentState::recovered:
            return header.base_lsn >= first_lsn && header.durable_lsn >= header.base_lsn;
    }
    return false;
}

}  // namespace

std::string segment_path(std::uint64_t number) {
    return numbered(number, segment_suffix);
}

std::string segment_temporary_path(std::uint64_t number) {
    return numbered(number, temporary_suffix);
}

std::optional<std::uint64_t> parse_segment_name(std::string_view name) {
    if (!name.ends_with(segment_suffix) || !are_digits(name.substr(0, name.find('.')))) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + digits, number);
    if (error != std::errc() || number == 0 || name.size() != digits + segment_suffix.size()) {
        return std::nullopt;
    }
    return number;
}

bool is_segment_temporary_name(std::string_view name) {
    return name.size() == digits + temporary_suffix.size() && name.ends_with(temporary_suffix) &&
           are_digits(name.substr(0, digits));
}

void encode_segment_header(const SegmentHeader& header, MutableByteSpan block) noexcept {
    check(is_consistent(header), "a segment header says nothing impossible");
    HeaderBytes bytes;
    bytes.state = static_cast<std::uint32_t>(header.state);
    bytes.number = header.number;
    bytes.previous = header.previous;
    bytes.size = header.size;
    bytes.salt = header.salt;
    bytes.base_lsn = header.base_lsn;
    bytes.chain = header.chain;
    bytes.durable_lsn = header.durable_lsn;
    bytes.checksum = checksum_of(bytes, 0);
    fill_block(bytes, block);
}

result<SegmentHeader> decode_segment_header(ByteSpan block) noexcept {
    if (block.size() != limits::block_bytes) {
        return make_error_code(Error::corrupt);
    }
    HeaderBytes bytes;
    std::memcpy(&bytes, block.data(), sizeof bytes);
    if (bytes.magic == header_magic && bytes.version > log_format_version) {
        return make_error_code(Error::newer_format);
    }
    const SegmentHeader header{.state = static_cast<SegmentState>(bytes.state),
                               .number = bytes.number,
                               .previous = bytes.previous,
                               .size = bytes.size,
                               .salt = bytes.salt,
                               .base_lsn = bytes.base_lsn,
                               .chain = bytes.chain,
                               .durable_lsn = bytes.durable_lsn};
    if (bytes.magic != header_magic || bytes.version != log_format_version ||
        bytes.checksum != checksum_of(bytes, 0) || !has_zero_rest<HeaderBytes>(block) ||
        !is_consistent(header)) {
        return make_error_code(Error::corrupt);
    }
    return header;
}

void encode_mark(const Mark& mark, const SegmentHeader& segment, MutableByteSpan block) noexcept {
    MarkBytes bytes;
    bytes.number = segment.number;
    bytes.sequence = mark.sequence;
    bytes.durable_lsn = mark.durable_lsn;
    bytes.next_segment = mark.next_segment;
    bytes.checksum = checksum_of(bytes, segment.salt);
    fill_block(bytes, block);
}

result<Mark> decode_mark(ByteSpan block, const SegmentHeader& segment,
                         std::uint32_t slot) noexcept {
    if (block.size() != limits::block_bytes) {
        return make_error_code(Error::corrupt);
    }
    MarkBytes bytes;
    std::memcpy(&bytes, block.data(), sizeof bytes);
    if (bytes.magic != mark_magic || bytes.number != segment.number || bytes.sequence % 2 != slot ||
        bytes.checksum != checksum_of(bytes, segment.salt) || !has_zero_rest<MarkBytes>(block)) {
        return make_error_code(Error::corrupt);
    }
    return Mark{.sequence = bytes.sequence,
                .durable_lsn = bytes.durable_lsn,
                .next_segment = bytes.next_segment};
}

}  // namespace belay::store
