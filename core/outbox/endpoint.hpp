// Who wants to be told of what: a webhook endpoint of a tenant, or an event destination of an
// account's mode, which differ in whose events they are told of and in how these are signed.
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
/// Rosters of event destinations, one for each mode.
inline constexpr job::Kind live_destination_roster_kind{42};
inline constexpr job::Kind test_destination_roster_kind{43};

/// Lists of job::ListId.
inline constexpr std::uint16_t endpoints_of_tenant = 30;
inline constexpr std::uint16_t dead_letters_of_tenant = 31;
/// The owner is the job that the events are of.
inline constexpr std::uint16_t events_of_subject = 32;
/// Endpoints of style stripe, of both modes; endpoints_of_tenant are those of style belay.
inline constexpr std::uint16_t destinations_of_tenant = 42;

inline constexpr std::size_t url_bytes_max = 2048;
inline constexpr std::size_t name_bytes_max = 256;
inline constexpr std::size_t event_types_bytes_max = 4096;
inline constexpr std::size_t description_bytes_max = 2048;
inline constexpr std::size_t endpoint_metadata_bytes_max = 16 * 1024;
/// So that an event with the state of every delivery fits one record.
inline constexpr std::size_t endpoints_max = 16;

// DO NOT CHANGE THESE NUMBERS: they stand on disk.

/// Whose it is and how what is sent to it is signed.
enum class Style : std::uint8_t {
    belay = 1,   ///< a webhook of exports and transfers (docs: webhooks.md)
    stripe = 2,  ///< an event destination of batch jobs (batches.md 8)
};

/// Why an endpoint takes nothing.
enum class Disabled : std::uint8_t {
    no = 0,
    by_owner = 1,
    by_receiver = 2,  ///< it answered 410
};

/// The texts are views of the bytes that it was read from, or of the caller's.
struct Endpoint {
    job::TenantId tenant;
    Style style = Style::belay;
    /// Of style stripe: of which mode's jobs it is told.
    bool is_live = true;
    std::string_view name;
    std::string_view url;
    /// The event names that it wants, each followed by a line feed; empty: all.
    std::string_view event_types;
    bool is_enabled = true;
    /// Not known of those that were disabled before this was kept.
    Disabled disabled = Disabled::no;
    /// Signs what is sent.
    std::string_view secret;
    /// Still signs besides it until `previous_until`.
    std::string_view previous_secret;
    std::optional<WallTime> previous_until;
    WallTime updated{};
    // Of style stripe.
    std::string_view description;
    /// A JSON object, or empty.
    std::string_view metadata;

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
