// The request fields that the server itself looks at. They are recognised while a head is parsed,
// so that finding one later costs an array access instead of a search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace belay::wire {

enum class FieldName : std::uint8_t {
    other,  ///< any field that is not in this list
    accept,
    accept_encoding,
    authorization,
    connection,
    content_encoding,
    content_length,
    content_type,
    expect,
    host,
    idempotency_key,
    if_match,
    if_modified_since,
    if_none_match,
    if_range,
    origin,
    range,
    stripe_account,
    stripe_context,
    stripe_version,
    traceparent,
    transfer_encoding,
    upgrade,
    user_agent,
    x_idempotency,
    x_idempotency_key,
    x_organization_id,
    x_request_id,
    x_ttl,
};

inline constexpr std::size_t field_name_count = static_cast<std::size_t>(FieldName::x_ttl) + 1;

/// The lower-case text of a name; empty for other.
std::string_view text_of(FieldName name) noexcept;

/// Which name this is, in any case of letters. Bytes that no name may hold make it other.
FieldName field_name_of(std::string_view token) noexcept;

}  // namespace belay::wire
