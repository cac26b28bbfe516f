#include "store/log/facts.hpp"

#include <cstring>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"

namespace belay::store {
namespace {

constexpr std::uint8_t flag_create = 1;
constexpr std::uint8_t flag_tombstone = 2;
constexpr std::size_t time_bytes = sizeof(std::int64_t);
constexpr std::size_t record_name_bytes = sizeof(std::uint16_t) + sizeof(job::Uuid);

std::size_t name_bytes(const Fact& fact) noexcept {
    return fact.kind == FactKind::record ? record_name_bytes
                                         : sizeof(std::uint16_t) + fact.key.size();
}

template <std::integral T>
std::byte* put(std::byte* to, T value) noexcept {
    store_little(to, value);
    return to + sizeof value;
}

std::byte* put_bytes(std::byte* to, ByteSpan bytes) noexcept {
    if (!bytes.empty()) {
        std::memcpy(to, bytes.data(), bytes.size());
    }
    return to + bytes.size();
}

std::uint8_t flags_of(const Fact& fact) noexcept {
    return static_cast<std::uint8_t>((fact.create ? flag_create : 0) |
                                     (fact.tombstone ? flag_tombstone : 0));
}

void check_bounds(const Fact& fact) noexcept {
    check(fact.kind == FactKind::record || fact.kind == FactKind::key,
          "a fact is about a record or a key");
    check(!(fact.create && fact.tombstone), "a fact does not create and remove at once");
    check(fact.kind != FactKind::key ||
              (!fact.key.empty() && fact.key.size() <= limits::key_name_bytes_max),
          "a key's name has 1 to key_name_bytes_max bytes");
}

bool decode_flags(std::uint8_t flags, Fact& fact) noexcept {
    fact.create = (flags & flag_create) != 0;
    fact.tombstone = (flags & flag_tombstone) != 0;
    return (flags & ~(flag_create | flag_tombstone)) == 0 && !(fact.create && fact.tombstone);
}

bool decode_name(ByteReader& bytes, Fact& fact) noexcept {
    fact.record = {};
    fact.key = {};
    switch (fact.kind) {
        case FactKind::record: {
            fact.record.kind = static_cast<job::Kind>(bytes.integer<std::uint16_t>());
            const ByteSpan id = bytes.bytes(sizeof(job::Uuid));
            if (bytes.ok()) {
                std::memcpy(fact.record.id.octets.data(), id.data(), id.size());
            }
            return bytes.ok();
        }
        case FactKind::key: {
            const auto length = bytes.integer<std::uint16_t>();
            fact.key = as_text(bytes.bytes(length));
            return bytes.ok() && length >= 1 && length <= limits::key_name_bytes_max;
        }
        case FactKind::none:
        case FactKind::ledger_posting:
        case FactKind::outbox_event:
            return false;
    }
    return false;
}

}  // namespace

std::size_t encoded_fact_bytes(const Fact& fact) noexcept {
    constexpr std::size_t fixed = sizeof(std::uint8_t) * 2 + sizeof(std::uint64_t);
    return fixed + name_bytes(fact) + sizeof(std::uint32_t) + fact.value.size();
}

std::size_t encoded_body_bytes(std::span<const Fact> facts) noexcept {
    std::size_t bytes = time_bytes;
    for (const Fact& fact : facts) {
        bytes += encoded_fact_bytes(fact);
    }
    return bytes;
}

std::byte* encode_fact(const Fact& fact, std::byte* to) noexcept {
    check_bounds(fact);
    to = put(to, static_cast<std::uint8_t>(fact.kind));
    to = put(to, flags_of(fact));
    to = put(to, fact.number);
    if (fact.kind == FactKind::record) {
        to = put(to, static_cast<std::uint16_t>(fact.record.kind));
        to = put_bytes(to, fact.record.id.bytes());
    } else {
        to = put(to, static_cast<std::uint16_t>(fact.key.size()));
        to = put_bytes(to, as_byte_span(fact.key));
    }
    to = put(to, static_cast<std::uint32_t>(fact.value.size()));
    return put_bytes(to, as_byte_span(fact.value));
}

void encode_body(WallTime time, std::span<const Fact> facts, MutableByteSpan into) noexcept {
    check(facts.size() <= limits::records_per_frame_max, "a frame moves a bounded set of records");
    check(encoded_body_bytes(facts) <= into.size(), "the body fits where it is encoded");
    std::byte* to = put(into.data(), std::int64_t{time.time_since_epoch().count()});
    for (const Fact& fact : facts) {
        to = encode_fact(fact, to);
    }
}

bool decode_fact(ByteReader& bytes, Fact& fact) noexcept {
    fact.kind = static_cast<FactKind>(bytes.integer<std::uint8_t>());
    const bool flags_ok = decode_flags(bytes.integer<std::uint8_t>(), fact);
    fact.number = bytes.integer<std::uint64_t>();
    if (!bytes.ok() || !flags_ok || !decode_name(bytes, fact)) {
        return false;
    }
    fact.value = bytes.text();
    return bytes.ok();
}

FactReader::FactReader(ByteSpan body) noexcept
    : bytes_(body), time_(Milliseconds(bytes_.integer<std::int64_t>())), ok_(bytes_.ok()) {}

bool FactReader::next(Fact& fact) noexcept {
    if (!ok_ || bytes_.left() == 0) {
        return false;
    }
    ok_ = decode_fact(bytes_, fact);
    return ok_;
}

bool is_valid_body(ByteSpan body) noexcept {
    FactReader reader(body);
    Fact fact;
    while (reader.next(fact)) {
    }
    return reader.ok();
}

}  // namespace belay::store
