#include "store/remembered.hpp"

namespace belay::store {

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

}  // namespace belay::store
