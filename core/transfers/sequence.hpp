// Which numbers of a day's confirmations have been given out (initiation.hpp, confirmation_number).
#pragma once

#include <cstdint>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"

namespace belay::transfers {

/// The record of a stripe (sequence_stripes). No other counter has its id: see usage_id.
job::RecordId sequence_id(const job::TenantId& tenant, Day day, std::uint8_t stripe) noexcept;

/// How many numbers the stripe has given.
void encode_sequence(std::uint64_t given, std::string& to);
result<std::uint64_t> decode_sequence(ByteSpan bytes);

}  // namespace belay::transfers
