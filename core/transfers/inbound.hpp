// What keeps a message of the rail from making two transfers: a record for each control number that
// names the transfer which was made of it.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/job/ids.hpp"

namespace belay::transfers {

// DO NOT CHANGE THIS NUMBER: it stands on disk, in every record's name.
inline constexpr job::Kind inbound_kind{25};

/// Never changes once it is made, and is never removed: nor are transfers.
struct Inbound {
    job::Uuid transfer;

    friend bool operator==(const Inbound&, const Inbound&) = default;
};

/// What the record's name is a fingerprint of: tenant and control number.
void append_inbound_text(const job::TenantId& tenant, std::string_view control_number,
                         std::string& to);

void encode(const Inbound& inbound, std::string& to);
result<Inbound> decode_inbound(ByteSpan bytes);

}  // namespace belay::transfers
