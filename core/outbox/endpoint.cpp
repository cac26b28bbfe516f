#include "core/outbox/endpoint.hpp"

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::outbox {
namespace {

// Layout 1: u8 layout, u8 flags, 16 tenant, i64 updated, [i64 previous until]; name, url, event
// types, secret and previous secret, each a u32 length and its bytes.
constexpr std::uint8_t layout = 1;

// Layout 1 of a roster: u8 layout, u32 count.
constexpr std::uint8_t roster_layout = 1;

constexpr unsigned is_enabled_flag = 1U << 0U;
constexpr unsigned has_previous_flag = 1U << 1U;
constexpr unsigned all_flags = (1U << 2U) - 1;

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
              endpoint.event_types.size() <= event_types_bytes_max,
          "an endpoint's texts are bounded");
    const unsigned flags = (endpoint.is_enabled ? is_enabled_flag : 0U) |
                           (endpoint.previous_until ? has_previous_flag : 0U);
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(flags));
    writer.bytes(endpoint.tenant.bytes());
    put_time(writer, endpoint.updated);
    if (endpoint.previous_until) {
        put_time(writer, *endpoint.previous_until);
    }
    for (const std::string_view text : {endpoint.name, endpoint.url, endpoint.event_types,
                                        endpoint.secret, endpoint.previous_secret}) {
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
    if (!reader.ok() || found_layout != layout || (flags & ~all_flags) != 0) {
        return Error::corrupt;
    }
    Endpoint endpoint;
    endpoint.is_enabled = (flags & is_enabled_flag) != 0;
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
