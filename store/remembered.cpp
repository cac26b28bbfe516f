#include "store/remembered.hpp"

#include <algorithm>

namespace belay::store {
namespace {

/// What stands before the body.
constexpr std::size_t head_bytes =
    sizeof(std::int64_t) + sizeof(std::uint16_t) + sizeof(job::Fingerprint);

}  // namespace

void encode_remembered(const job::RememberedAnswer& answer, std::string& to) {
    ByteWriter writer(to);
    writer.integer(static_cast<std::int64_t>(answer.expires.time_since_epoch().count()));
    writer.integer(answer.status);
    writer.bytes(std::as_bytes(std::span(answer.fingerprint)));
    writer.bytes(as_byte_span(answer.body));
}

result<job::RememberedAnswer> decode_remembered(ByteSpan bytes) {
    ByteReader reader(bytes);
    job::RememberedAnswer answer;
    answer.expires = WallTime(Milliseconds(reader.integer<std::int64_t>()));
    answer.status = reader.integer<std::uint16_t>();
    answer.fingerprint = reader.octets<job::Fingerprint>();
    if (!reader.ok()) {
        return Error::corrupt;
    }
    answer.body = as_text(reader.bytes(reader.left()));
    return answer;
}

Version* make_key_version(PoolLane& pool, const TextPacker& packer, Version::Shape shape,
                          ByteSpan bytes, std::string& scratch) {
    if (bytes.size() < head_bytes) {
        return Version::make(pool, shape, bytes);
    }
    const std::string_view body = as_text(bytes.subspan(head_bytes));
    const std::size_t bytes_max = TextPacker::packed_bytes_max(body.size());
    if (scratch.size() < bytes_max) {
        scratch.resize(bytes_max);
    }
    const MutableByteSpan room = std::as_writable_bytes(std::span(scratch));
    const std::size_t packed_bytes = packer.pack(body, room);
    shape.size = head_bytes + packed_bytes;
    shape.packed = true;
    Version* version = Version::make(pool, shape);
    if (version != nullptr) {
        const MutableByteSpan to = version->writable();
        std::copy_n(bytes.begin(), head_bytes, to.begin());
        std::copy_n(room.begin(), packed_bytes, to.begin() + head_bytes);
    }
    return version;
}

ByteSpan key_version_bytes(const TextPacker& packer, const Version& version, std::string& scratch) {
    const ByteSpan bytes = version.bytes();
    if (!version.packed()) {
        return bytes;
    }
    scratch.assign(as_text(bytes.first(head_bytes)));
    packer.unpack(bytes.subspan(head_bytes), scratch);
    return as_byte_span(scratch);
}

}  // namespace belay::store
