// Ledgers, and ids that are derived instead of looked up.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/account.hpp"

namespace belay::ledger {

/// Never changes once it is made. The name is a view of the bytes that it was read from, or of the
/// caller's; at most account_text_bytes_max bytes.
struct Ledger {
    job::TenantId organization;
    std::string_view name;
    WallTime created;

    friend bool operator==(const Ledger&, const Ledger&) = default;
};

/// Every ledger has for each of its assets an account for the world outside, and one for the fees
/// that are taken: "@external/BRL", "@external/BRL/fees".
std::string external_alias(std::string_view asset);
std::string fee_alias(std::string_view asset);

/// A SHA-256 over what names the thing (http/drive/ledger_ids.hpp makes it; core has no crypto).
using NameFingerprint = std::array<std::byte, 32>;

/// An id that follows from a name: the fingerprint's first 16 octets, marked as version 8 (RFC 9562
/// 5.8). No id that is made anew is one of these, those have version 7; and that two names give one
/// id, or somebody finds a name for an id that is there, takes a collision in, or a second preimage
/// of, 122 bits of SHA-256.
job::Uuid derived_id(const NameFingerprint& fingerprint) noexcept;

void encode(const Ledger& ledger, std::string& to);
result<Ledger> decode_ledger(ByteSpan bytes);

}  // namespace belay::ledger
