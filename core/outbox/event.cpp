#include "core/outbox/event.hpp"

#include <algorithm>

#include "core/base/stored_time.hpp"

namespace belay::outbox {
namespace {

// Layout 1 of an event: u8 layout, 16 tenant, u16 kind and 16 id of the subject, u64 version
// and u8 place of the order, i64 made, name and body, each a u32 length and its bytes, u8 number of
// deliveries, each 16 endpoint, u8 state, u32 attempts, u32 manual attempts, i64 next try.
constexpr std::uint8_t layout = 1;

// Layout 1 of a dead letter: u8 layout; 16 each: tenant, event, endpoint; u16 kind and 16 id of the
// subject, u64 version and u8 place of the order; u32 attempts, u32 manual attempts, i64 died;
// name, body and failure, each a u32 length and its bytes.
constexpr std::uint8_t letter_layout = 1;

void put_subject(ByteWriter& writer, const job::RecordId& subject) {
    writer.integer(static_cast<std::uint16_t>(subject.kind));
    writer.bytes(subject.id.bytes());
}

job::RecordId take_subject(ByteReader& reader) {
    const auto kind = static_cast<job::Kind>(reader.integer<std::uint16_t>());
    return {kind, reader.octets<job::Uuid>()};
}

void put_order(ByteWriter& writer, const Order& order) {
    writer.integer(order.version);
    writer.integer(order.place);
}

Order take_order(ByteReader& reader) {
    const auto version = reader.integer<std::uint64_t>();
    return {version, reader.integer<std::uint8_t>()};
}

bool take_delivery(ByteReader& reader, Event& event) {
    Delivery delivery;
    delivery.endpoint = reader.octets<job::Uuid>();
    const auto state = reader.integer<std::uint8_t>();
    delivery.state = static_cast<DeliveryState>(state);
    delivery.attempts = reader.integer<std::uint32_t>();
    delivery.manual_attempts = reader.integer<std::uint32_t>();
    delivery.next_try = take_time(reader);
    return reader.ok() && state >= 1 && state <= 4 && event.add(delivery);
}

}  // namespace

std::string_view name_of(DeliveryState state) noexcept {
    switch (state) {
        case DeliveryState::waiting:
            return "WAITING";
        case DeliveryState::delivered:
            return "DELIVERED";
        case DeliveryState::dead:
            return "DEAD";
        case DeliveryState::dropped:
            return "DROPPED";
    }
    return {};
}

bool Event::add(const Delivery& delivery) noexcept {
    if (delivery_count == delivery_storage.size()) {
        return false;
    }
    delivery_storage[delivery_count] = delivery;
    ++delivery_count;
    return true;
}

Delivery* Event::find(const job::Uuid& endpoint) noexcept {
    const auto all = std::span(delivery_storage).first(delivery_count);
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const Delivery& each) { return each.endpoint == endpoint; });
    return found == all.end() ? nullptr : &*found;
}

bool Event::is_settled() const noexcept {
    const auto all = deliveries();
    return std::none_of(all.begin(), all.end(),
                        [](const Delivery& each) { return each.state == DeliveryState::waiting; });
}

void encode(const Event& event, std::string& to) {
    ByteWriter writer(to);
    writer.integer(layout);
    writer.bytes(event.tenant.bytes());
    put_subject(writer, event.subject);
    put_order(writer, event.order);
    put_time(writer, event.made);
    writer.text(event.name);
    writer.text(event.body);
    writer.integer(static_cast<std::uint8_t>(event.delivery_count));
    for (const Delivery& delivery : event.deliveries()) {
        writer.bytes(delivery.endpoint.bytes());
        writer.integer(static_cast<std::uint8_t>(delivery.state));
        writer.integer(delivery.attempts);
        writer.integer(delivery.manual_attempts);
        put_time(writer, delivery.next_try);
    }
}

result<Event> decode_event(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    Event event;
    event.tenant = reader.octets<job::Uuid>();
    event.subject = take_subject(reader);
    event.order = take_order(reader);
    event.made = take_time(reader);
    event.name = reader.text();
    event.body = reader.text();
    const auto deliveries = reader.integer<std::uint8_t>();
    for (unsigned at = 0; at < deliveries; ++at) {
        if (!take_delivery(reader, event)) {
            return Error::corrupt;
        }
    }
    if (!reader.ok() || found_layout != layout || reader.left() != 0) {
        return Error::corrupt;
    }
    return event;
}

void encode(const DeadLetter& letter, std::string& to) {
    ByteWriter writer(to);
    writer.integer(letter_layout);
    for (const job::Uuid& id : {letter.tenant, letter.event, letter.endpoint}) {
        writer.bytes(id.bytes());
    }
    put_subject(writer, letter.subject);
    put_order(writer, letter.order);
    writer.integer(letter.attempts);
    writer.integer(letter.manual_attempts);
    put_time(writer, letter.died);
    for (const std::string_view text : {letter.name, letter.body, letter.failure}) {
        writer.text(text);
    }
}

result<DeadLetter> decode_dead_letter(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > letter_layout) {
        return Error::newer_format;
    }
    DeadLetter letter;
    for (job::Uuid* id : {&letter.tenant, &letter.event, &letter.endpoint}) {
        *id = reader.octets<job::Uuid>();
    }
    letter.subject = take_subject(reader);
    letter.order = take_order(reader);
    letter.attempts = reader.integer<std::uint32_t>();
    letter.manual_attempts = reader.integer<std::uint32_t>();
    letter.died = take_time(reader);
    letter.name = reader.text();
    letter.body = reader.text();
    letter.failure = reader.text();
    if (!reader.ok() || found_layout != letter_layout || reader.left() != 0) {
        return Error::corrupt;
    }
    return letter;
}

}  // namespace belay::outbox
