// Who wants to be told of what: a webhook endpoint of a tenant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"

namespace belay::outbox {

// DO NOT CHANGE THESE NUMBERS: they stand on disk, in every record's name.
inline constexpr job::Kind endpoint_kind{30};
inline constexpr job::Kind event_kind{31};
inline constexpr job::Kind dead_letter_kind{32};
inline constexpr job::Kind delivery_log_kind{33};
inline constexpr job::Kind roster_kind{34};

/// Lists of job::ListId.
inline constexpr std::uint16_t endpoints_of_tenant = 30;
inline constexpr std::uint16_t dead_letters_of_tenant = 31;
/// The owner is the job that the events are of.
inline constexpr std::uint16_t events_of_subject = 32;

inline constexpr std::size_t url_bytes_max = 2048;
inline constexpr std::size_t name_bytes_max = 256;
inline constexpr std::size_t event_types_bytes_max = 4096;
/// So that an event with the state of every delivery fits one record.
inline constexpr std::size_t endpoints_max = 16;

/// The texts are views of the bytes that it was read from, or of the caller's.
struct Endpoint {
    job::TenantId tenant;
    std::string_view name;
    std::string_view url;
    /// The event names that it wants, each followed by a line feed; empty: all.
    std::string_view event_types;
    bool is_enabled = true;
    /// Signs what is sent.
    std::string_view secret;
    /// Still signs besides it until `previous_until`.
    std::string_view previous_secret;
    std::optional<WallTime> previous_until;
    WallTime updated{};

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Whether the endpoint is enabled and wants events of this name.
bool wants(const Endpoint& endpoint, std::string_view event) noexcept;

/// How many endpoints a tenant has: the record whose id is the tenant's, moved by whoever makes or
/// removes one, so that two who register at once do not both get the last place.
struct Roster {
    std::uint32_t count = 0;

    friend bool operator==(const Roster&, const Roster&) = default;
};

void encode(const Roster& roster, std::string& to);
result<Roster> decode_roster(ByteSpan bytes);

void encode(const Endpoint& endpoint, std::string& to);
result<Endpoint> decode_endpoint(ByteSpan bytes);

}  // namespace belay::outbox
