#include "core/transfers/sequence.hpp"

#include "core/base/check.hpp"
#include "core/transfers/initiation.hpp"
#include "core/transfers/usage_id.hpp"

namespace belay::transfers {
namespace {

// Layout 1: u8 layout, u64 numbers given.
constexpr std::uint8_t layout = 1;

}  // namespace

job::RecordId sequence_id(const job::TenantId& tenant, Day day, std::uint8_t stripe) noexcept {
    check(stripe < sequence_stripes, "a day's numbers have so many stripes");
    // The mix that names the counters of limits; their kind is another.
    job::Uuid id = usage_id(Scope::tenant_day, tenant, {}, period_of(Scope::tenant_day, day)).id;
    id.octets.back() = static_cast<std::uint8_t>(id.octets.back() ^ stripe);
    return {sequence_kind, id};
}

void encode_sequence(std::uint64_t given, std::string& to) {
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(given);
}

result<std::uint64_t> decode_sequence(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto given = reader.integer<std::uint64_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || reader.left() != 0) {
        return Error::corrupt;
    }
    return given;
}

}  // namespace belay::transfers
