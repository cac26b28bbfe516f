#include "core/outbox/endpoint.hpp"

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::outbox {
namespace {

// Layout 2: u8 layout, u8 flags, u8 style, u8 disabled, 16 tenant, i64 updated, [i64 previous
// until]; name, url, event types, secret, previous secret, description and metadata, each a u32
// length and its bytes.
// Layout 1, still read: without style, disabled, description and metadata; all are of style belay.
constexpr std::uint8_t layout = 2;
constexpr std::uint8_t layout_without_style = 1;

// Layout 1 of a roster: u8 layout, u32 count.
constexpr std::uint8_t roster_layout = 1;

constexpr unsigned is_enabled_flag = 1U << 0U;
constexpr unsigned has_previous_flag = 1U << 1U;
constexpr unsigned is_test_flag = 1U << 2U;  // not in layout 1
constexpr unsigned all_flags = (1U << 3U) - 1;

bool take_style(ByteReader& reader, Endpoint& to) {
    const auto style = reader.integer<std::uint8_t>();
    const auto disabled = reader.integer<std::uint8_t>();
    to.style = static_cast<Style>(style);
    to.disabled = static_cast<Disabled>(disabled);
    return reader.ok() && (style == 1 || style == 2) && disabled <= 2;
}

}  // namespace

bool wants(const Endpoint& endpoint, std::string_view event) noexcept {
    if (!endpoint.is_enabled) {
        return false;
    }
    std::string_view rest = endpoint.event_types;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (rest.substr(0, end) == event) {
            return true;
        }
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return endpoint.event_types.empty();
}

void encode(const Endpoint& endpoint, std::string& to) {
    check(endpoint.url.size() <= url_bytes_max && endpoint.name.size() <= name_bytes_max &&
              endpoint.event_types.size() <= event_types_bytes_max &&
              endpoint.description.size() <= description_bytes_max &&
              endpoint.metadata.size() <= endpoint_metadata_bytes_max,
          "an endpoint's texts are bounded");
    const unsigned flags = (endpoint.is_enabled ? is_enabled_flag : 0U) |
                           (endpoint.previous_until ? has_previous_flag : 0U) |
                           (endpoint.is_live ? 0U : is_test_flag);
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(flags));
    writer.integer(static_cast<std::uint8_t>(endpoint.style));
    writer.integer(static_cast<std::uint8_t>(endpoint.disabled));
    writer.bytes(endpoint.tenant.bytes());
    put_time(writer, endpoint.updated);
    if (endpoint.previous_until) {
        put_time(writer, *endpoint.previous_until);
    }
    for (const std::string_view text :
         {endpoint.name, endpoint.url, endpoint.event_types, endpoint.secret,
          endpoint.previous_secret, endpoint.description, endpoint.metadata}) {
        writer.text(text);
    }
}

result<Endpoint> decode_endpoint(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto flags = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    const bool has_style = found_layout != layout_without_style;
    const unsigned flags_known = has_style ? all_flags : is_enabled_flag | has_previous_flag;
    if (!reader.ok() || found_layout < layout_without_style || (flags & ~flags_known) != 0) {
        return Error::corrupt;
    }
    Endpoint endpoint;
    endpoint.is_enabled = (flags & is_enabled_flag) != 0;
    endpoint.is_live = (flags & is_test_flag) == 0;
    if (has_style && !take_style(reader, endpoint)) {
        return Error::corrupt;
    }
    endpoint.tenant = reader.octets<job::Uuid>();
    endpoint.updated = take_time(reader);
    if ((flags & has_previous_flag) != 0) {
        endpoint.previous_until = take_time(reader);
    }
    endpoint.name = reader.text();
    endpoint.url = reader.text();
    endpoint.event_types = reader.text();
    endpoint.secret = reader.text();
    endpoint.previous_secret = reader.text();
    if (has_style) {
        endpoint.description = reader.text();
        endpoint.metadata = reader.text();
    }
    if (!reader.ok() || reader.left() != 0) {
        return Error::corrupt;
    }
    return endpoint;
}

void encode(const Roster& roster, std::string& to) {
    ByteWriter writer(to);
    writer.integer(roster_layout);
    writer.integer(roster.count);
}

result<Roster> decode_roster(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > roster_layout) {
        return Error::newer_format;
    }
    const Roster roster{reader.integer<std::uint32_t>()};
    if (!reader.ok() || found_layout != roster_layout || reader.left() != 0) {
        return Error::corrupt;
    }
    return roster;
}

}  // namespace belay::outbox
