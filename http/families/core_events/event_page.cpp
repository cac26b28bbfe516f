#include "http/families/core_events/event_page.hpp"

#include "core/base/base64.hpp"
#include "core/base/stored_time.hpp"

namespace belay::core_events {
namespace {

constexpr std::uint8_t layout = 1;

constexpr unsigned object_flag = 1U << 0U;
constexpr unsigned types_flag = 1U << 1U;
constexpr unsigned from_flag = 1U << 2U;
constexpr unsigned until_flag = 1U << 3U;
constexpr unsigned all_flags = (1U << 4U) - 1;

}  // namespace

bool EventFilter::takes(const job::Uuid& id, const batches::Event& event) const noexcept {
    const WallTime made = job::time_of(id);
    return (!object || event.object == *object) && (!types || (*types & bit_of(event.type)) != 0) &&
           (!from || made >= *from) && (!until || made <= *until);
}

EventPage EventPage::next(const job::Uuid& last) const {
    EventPage page{filter, last, before};
    page.before.push_back(after);
    if (page.before.size() > pages_back_max) {
        page.before.erase(page.before.begin());
    }
    return page;
}

std::optional<EventPage> EventPage::previous() const {
    if (before.empty()) {
        return std::nullopt;
    }
    EventPage page{filter, before.back(), before};
    page.before.pop_back();
    return page;
}

std::string format_page_token(const EventPage& page) {
    const EventFilter& filter = page.filter;
    const unsigned flags = (filter.object ? object_flag : 0U) | (filter.types ? types_flag : 0U) |
                           (filter.from ? from_flag : 0U) | (filter.until ? until_flag : 0U);
    std::string bytes;
    ByteWriter writer(bytes);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(flags));
    if (filter.object) {
        writer.bytes(filter.object->bytes());
    }
    if (filter.types) {
        writer.integer(*filter.types);
    }
    if (filter.from) {
        put_time(writer, *filter.from);
    }
    if (filter.until) {
        put_time(writer, *filter.until);
    }
    writer.bytes(page.after.bytes());
    writer.integer(static_cast<std::uint8_t>(page.before.size()));
    for (const job::Uuid& start : page.before) {
        writer.bytes(start.bytes());
    }
    return base64url_encode(as_byte_span(bytes));
}

result<EventPage> parse_page_token(std::string_view text) {
    const result<std::string> bytes = base64url_decode(text);
    if (!bytes) {
        return Error::malformed;
    }
    ByteReader reader(as_byte_span(*bytes));
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto flags = reader.integer<std::uint8_t>();
    EventPage page;
    if ((flags & object_flag) != 0) {
        page.filter.object = reader.octets<job::Uuid>();
    }
    if ((flags & types_flag) != 0) {
        page.filter.types = reader.integer<std::uint32_t>();
    }
    if ((flags & from_flag) != 0) {
        page.filter.from = take_time(reader);
    }
    if ((flags & until_flag) != 0) {
        page.filter.until = take_time(reader);
    }
    page.after = reader.octets<job::Uuid>();
    const auto count = reader.integer<std::uint8_t>();
    for (unsigned at = 0; at < count && reader.ok(); ++at) {
        page.before.push_back(reader.octets<job::Uuid>());
    }
    if (!reader.ok() || reader.left() != 0 || found_layout != layout || (flags & ~all_flags) != 0 ||
        count > pages_back_max) {
        return Error::malformed;
    }
    return page;
}

}  // namespace belay::core_events
