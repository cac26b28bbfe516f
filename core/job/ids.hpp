// Identifiers: 16 bytes, made time-ordered and unguessable (UUID version 7, RFC 9562).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/fixed_text.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace belay::job {

struct Uuid {
    std::array<std::uint8_t, 16> octets{};

    friend auto operator<=>(const Uuid&, const Uuid&) = default;

    bool is_nil() const noexcept { return *this == Uuid{}; }
    ByteSpan bytes() const noexcept { return std::as_bytes(std::span(octets)); }
};

/// For hashed containers of ids that the program has made: their last half is random.
struct UuidHash {
    std::size_t operator()(const Uuid& id) const noexcept {
        std::size_t half;
        std::memcpy(&half, id.octets.data() + sizeof half, sizeof half);
        return half;
    }
};

/// "0189a2c4-…", lower case.
using UuidText = FixedText<36>;
UuidText uuid_text(const Uuid& id) noexcept;
std::string format_uuid(const Uuid& id);

/// Takes what Go's uuid.Parse takes (exports.md 1.1): the canonical form, `urn:uuid:` before it,
/// braces around it, or 32 hex digits; either case.
result<Uuid> parse_uuid(std::string_view text);

/// A version 7 UUID of this millisecond and these random bits. Ids of different milliseconds order
/// by time.
Uuid make_uuid_v7(WallTime time, const std::array<std::uint8_t, 10>& random);

/// The time inside a version 7 UUID.
WallTime time_of(const Uuid& id);

using TenantId = Uuid;

/// A number of a kind of record, fixed on disk for ever. Each family defines its own in its folder;
/// http/families/families.cpp checks at start that none is given twice.
enum class Kind : std::uint16_t {};

/// What names a record of the store.
struct RecordId {
    Kind kind{};
    Uuid id;

    friend auto operator<=>(const RecordId&, const RecordId&) = default;
};

/// A list that records belong to: "jobs of a tenant", "jobs of a context". Ordered by id, newest
/// first.
struct ListId {
    std::uint16_t list = 0;  ///< which list of the owner; fixed by the family that defines it
    Uuid owner;

    friend auto operator<=>(const ListId&, const ListId&) = default;
};

/// Log sequence number: the logical offset of a frame's first byte in the endless log
/// (design 4). As a claim's LSN it is the fencing token of a lease.
using Lsn = std::uint64_t;

}  // namespace belay::job
