// An event of a batch job, as it is kept to be listed and fetched (batches.md 8). Who is told of it
// is another matter: the outbox has its deliveries.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/batches/job.hpp"
#include "core/batches/text_id.hpp"
#include "core/job/ids.hpp"

namespace belay::batches {

// DO NOT CHANGE THESE NUMBERS: they stand on disk, in every record's name.
inline constexpr job::Kind event_kind{41};

/// Lists of job::ListId. The account's, one for each mode.
inline constexpr std::uint16_t live_events_of_account = 41;
inline constexpr std::uint16_t test_events_of_account = 43;
/// The owner is the object that the events are about.
inline constexpr std::uint16_t events_of_object = 44;

/// From an event to its removal.
inline constexpr Milliseconds event_retention = std::chrono::hours(30 * 24);

/// Of a request's id and of a key that a client may send.
inline constexpr std::size_t cause_text_bytes_max = 255;

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class EventType : std::uint8_t {
    created = 1,
    ready_for_upload = 2,
    validating = 3,
    validation_failed = 4,
    completed = 5,
    batch_failed = 6,
    canceled = 7,
    timeout = 8,
    upload_timeout = 9,
    updated = 10,
    /// Of an event destination, by its owner's wish.
    ping = 11,
};

/// "v2.core.batch_job.created"
std::string_view name_of(EventType type) noexcept;
/// nullopt: no event has this name.
std::optional<EventType> event_type_of(std::string_view name) noexcept;

/// What a job's counts were when the event was made.
struct EventCounts {
    std::uint64_t validated = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;

    static EventCounts of(const Progress& progress) noexcept {
        return {progress.validated, progress.succeeded, progress.failed};
    }

    friend bool operator==(const EventCounts&, const EventCounts&) = default;
};

/// The texts are views of the bytes that it was read from, or of the caller's. When it was made is
/// the time inside its id.
struct Event {
    job::TenantId tenant;
    bool is_live = true;
    EventType type = EventType::created;
    /// The batch job; of a ping the destination.
    job::Uuid object;
    EventCounts counts;
    /// The request that did it; empty: no request did.
    std::string_view request_id;
    std::string_view idempotency_key;

    friend bool operator==(const Event&, const Event&) = default;
};

void encode(const Event& event, std::string& to);
result<Event> decode_event(ByteSpan bytes);

/// "evt_…", "evt_test_…".
std::string format_event_id(const ModeId& id);
result<ModeId> parse_event_id(std::string_view text);

/// "ed_…", "ed_test_…": where events are sent to.
std::string format_destination_id(const ModeId& id);
result<ModeId> parse_destination_id(std::string_view text);

/// The events of a transition, in their order.
struct EventsMade {
    std::array<EventType, 2> types{};
    std::size_t count = 0;

    std::span<const EventType> all() const& noexcept { return std::span(types).first(count); }
    std::span<const EventType> all() const&& = delete;
};

/// What an ask may come to tell, whatever it finds: what events_of gives is among these, at the
/// same places.
EventsMade events_possible(Ask ask) noexcept;

/// The last event that a job has; nullopt: it has none that is kept.
struct LastEvent {
    WallTime made{};
    EventCounts counts;
};

/// No more often than this does a job tell of counts alone.
inline constexpr Milliseconds progress_interval = std::chrono::seconds(1);

/// Whether the type, one of events_possible, tells of the transition from `before` (null: there was
/// no job) to `next`. A change of the status is told at once. Counts alone are told when they
/// differ from those at the last event and that is progress_interval old; what is not told then is
/// with the next transition, which at the latest is the next renewal of the lease.
bool is_event_of(EventType type, const Job* before, const Job& next,
                 const std::optional<LastEvent>& last, WallTime now) noexcept;

}  // namespace belay::batches
