#include "core/batches/event.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace belay::batches {
namespace {

// Layout 1: u8 layout, u8 flags, u8 type, 16 tenant, 16 object, u64 each: validated, succeeded,
// failed; request id and key, each a u32 length and its bytes.
constexpr std::uint8_t layout = 1;

constexpr std::uint8_t is_live_flag = 1U << 0U;

constexpr std::string_view event_prefix = "evt_";
constexpr std::string_view destination_prefix = "ed_";

/// By their numbers.
constexpr std::array<std::string_view, 12> names{"",
                                                 "v2.core.batch_job.created",
                                                 "v2.core.batch_job.ready_for_upload",
                                                 "v2.core.batch_job.validating",
                                                 "v2.core.batch_job.validation_failed",
                                                 "v2.core.batch_job.completed",
                                                 "v2.core.batch_job.batch_failed",
                                                 "v2.core.batch_job.canceled",
                                                 "v2.core.batch_job.timeout",
                                                 "v2.core.batch_job.upload_timeout",
                                                 "v2.core.batch_job.updated",
                                                 "v2.core.event_destination.ping"};

/// The phase that a type tells of; absent: it tells of none.
Phase phase_of(EventType type) noexcept {
    switch (type) {
        case EventType::validating:
            return Phase::validating;
        case EventType::validation_failed:
            return Phase::validation_failed;
        case EventType::completed:
            return Phase::complete;
        case EventType::batch_failed:
            return Phase::batch_failed;
        case EventType::canceled:
            return Phase::canceled;
        case EventType::timeout:
            return Phase::timeout;
        case EventType::upload_timeout:
            return Phase::upload_timeout;
        case EventType::created:
        case EventType::ready_for_upload:
        case EventType::updated:
        case EventType::ping:
            break;
    }
    return Phase::absent;
}

}  // namespace

std::string_view name_of(EventType type) noexcept {
    return names[static_cast<std::size_t>(type)];
}

std::optional<EventType> event_type_of(std::string_view name) noexcept {
    const auto* found = std::find(names.begin() + 1, names.end(), name);
    if (found == names.end()) {
        return std::nullopt;
    }
    return static_cast<EventType>(found - names.begin());
}

void encode(const Event& event, std::string& to) {
    check(event.request_id.size() <= cause_text_bytes_max &&
              event.idempotency_key.size() <= cause_text_bytes_max,
          "an event's texts are bounded");
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(event.is_live ? is_live_flag : std::uint8_t{0});
    writer.integer(static_cast<std::uint8_t>(event.type));
    writer.bytes(event.tenant.bytes());
    writer.bytes(event.object.bytes());
    writer.integer(event.counts.validated);
    writer.integer(event.counts.succeeded);
    writer.integer(event.counts.failed);
    writer.text(event.request_id);
    writer.text(event.idempotency_key);
}

result<Event> decode_event(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    const auto flags = reader.integer<std::uint8_t>();
    const auto type = reader.integer<std::uint8_t>();
    Event event;
    event.is_live = (flags & is_live_flag) != 0;
    event.type = static_cast<EventType>(type);
    event.tenant = reader.octets<job::Uuid>();
    event.object = reader.octets<job::Uuid>();
    event.counts.validated = reader.integer<std::uint64_t>();
    event.counts.succeeded = reader.integer<std::uint64_t>();
    event.counts.failed = reader.integer<std::uint64_t>();
    event.request_id = reader.text();
    event.idempotency_key = reader.text();
    if (!reader.ok() || reader.left() != 0 || found_layout != layout ||
        (flags & ~is_live_flag) != 0 || type == 0 || type >= names.size()) {
        return Error::corrupt;
    }
    return event;
}

std::string format_event_id(const ModeId& id) {
    return format_mode_id(event_prefix, id);
}

result<ModeId> parse_event_id(std::string_view text) {
    return parse_mode_id(event_prefix, text);
}

std::string format_destination_id(const ModeId& id) {
    return format_mode_id(destination_prefix, id);
}

result<ModeId> parse_destination_id(std::string_view text) {
    return parse_mode_id(destination_prefix, text);
}

EventsMade events_possible(Ask ask) noexcept {
    const auto two = [](EventType first, EventType second) {
        return EventsMade{{first, second}, 2};
    };
    switch (ask) {
        case Ask::create:
            return two(EventType::created, EventType::ready_for_upload);
        case Ask::validate:
            return two(EventType::validating, EventType::updated);
        case Ask::refuse:
            return two(EventType::validation_failed, EventType::updated);
        case Ask::finish:
            return two(EventType::completed, EventType::updated);
        case Ask::settle:
        case Ask::cancel:
            return two(EventType::canceled, EventType::updated);
        case Ask::fail:
            return two(EventType::batch_failed, EventType::updated);
        case Ask::end_window:
            return two(EventType::upload_timeout, EventType::updated);
        case Ask::end_time:
            return two(EventType::timeout, EventType::updated);
        case Ask::run:
        case Ask::pass:
        case Ask::progress:
            return {{EventType::updated}, 1};
        case Ask::claim:
        case Ask::remove:
        case Ask::count_:
            break;
    }
    return {};
}

bool is_event_of(EventType type, const Job* before, const Job& next,
                 const std::optional<LastEvent>& last, WallTime now) noexcept {
    if (before == nullptr || type == EventType::created || type == EventType::ready_for_upload) {
        return before == nullptr &&
               (type == EventType::created || type == EventType::ready_for_upload);
    }
    const bool has_moved = before->phase != next.phase;
    if (type != EventType::updated) {
        return has_moved && next.phase != Phase::absent && next.phase == phase_of(type);
    }
    if (has_moved) {
        return true;
    }
    const EventCounts told = last ? last->counts : EventCounts();
    return EventCounts::of(next.progress) != told &&
           (!last || now - last->made >= progress_interval);
}

}  // namespace belay::batches
