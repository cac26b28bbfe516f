#include "core/transfers/inbound.hpp"

namespace belay::transfers {
namespace {

// Layout 1: u8 layout, 16 transfer.
constexpr std::uint8_t layout = 1;

}  // namespace

void append_inbound_text(const job::TenantId& tenant, std::string_view control_number,
                         std::string& to) {
    ByteWriter writer(to);
    writer.bytes(tenant.bytes());
    writer.text(control_number);
}

void encode(const Inbound& inbound, std::string& to) {
    ByteWriter writer(to);
    writer.integer(layout);
    writer.bytes(inbound.transfer.bytes());
}

result<Inbound> decode_inbound(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    Inbound inbound;
    inbound.transfer = reader.octets<job::Uuid>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || reader.left() != 0) {
        return Error::corrupt;
    }
    return inbound;
}

}  // namespace belay::transfers
