#include "store/log/frame.hpp"

#include <cstring>

// Compiled into this file: the header's size is then known, and the hash of a body of 700 bytes
// takes two thirds of the time that a call of the library takes. The values are the same.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace belay::store {
namespace {

constexpr std::size_t checked_header_bytes = offsetof(FrameHeader, header_checksum);

bool has_sane_lengths(const FrameHeader& header) noexcept {
    return header.length >= frame_header_bytes && header.length <= limits::frame_bytes_max &&
           header.length == frame_bytes(header.body_length);
}

}  // namespace

FrameHeader load_frame_header(const std::byte* from) noexcept {
    FrameHeader header;
    std::memcpy(&header, from, sizeof header);
    return header;
}

void store_frame_header(std::byte* to, const FrameHeader& header) noexcept {
    std::memcpy(to, &header, sizeof header);
}

std::uint64_t header_checksum(const FrameHeader& header, std::uint64_t salt) noexcept {
    return XXH3_64bits_withSeed(&header, checked_header_bytes, salt);
}

std::uint64_t body_checksum(ByteSpan behind_header, std::uint64_t salt) noexcept {
    return XXH3_64bits_withSeed(behind_header.data(), behind_header.size(), salt);
}

std::uint64_t stamp_frame(MutableByteSpan frame, const FramePlace& place, Lsn durable_lsn,
                          std::uint64_t salt) noexcept {
    FrameHeader header = load_frame_header(frame.data());
    header.lsn = place.lsn;
    header.segment = place.segment;
    header.offset = place.offset;
    header.durable_lsn = durable_lsn;
    header.chain = place.chain;
    header.body_checksum = body_checksum(frame.subspan(frame_header_bytes), salt);
    header.header_checksum = header_checksum(header, salt);
    store_frame_header(frame.data(), header);
    return header.header_checksum;
}

bool is_sound_header(const FrameHeader& header, std::uint64_t segment, std::uint32_t offset,
                     std::uint64_t salt) noexcept {
    return header.segment == segment && header.offset == offset && header.type != 0 &&
           has_sane_lengths(header) && header.header_checksum == header_checksum(header, salt);
}

FrameCheck check_frame(ByteSpan bytes, const FramePlace& place, std::uint64_t salt) noexcept {
    if (bytes.size() < frame_header_bytes) {
        return FrameCheck::absent;
    }
    const FrameHeader header = load_frame_header(bytes.data());
    if (header.segment != place.segment || header.offset != place.offset) {
        return FrameCheck::absent;
    }
    if (!is_sound_header(header, place.segment, place.offset, salt)) {
        return FrameCheck::bad_header;
    }
    if (header.lsn != place.lsn || header.chain != place.chain) {
        return FrameCheck::elsewhere;
    }
    if (header.length > bytes.size()) {
        return FrameCheck::bad_body;
    }
    const ByteSpan behind = bytes.subspan(frame_header_bytes, header.length - frame_header_bytes);
    return header.body_checksum == body_checksum(behind, salt) ? FrameCheck::valid
                                                               : FrameCheck::bad_body;
}

}  // namespace belay::store
