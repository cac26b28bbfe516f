#include "core/outbox/delivery_log.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/stored_time.hpp"

namespace belay::outbox {
namespace {

// Layout 1: u8 layout, 16 tenant, u8 number of attempts, each 16 event, i64 begun, u32 took, u32
// number, u16 status, name and failure, each a u32 length and its bytes.
constexpr std::uint8_t layout = 1;

Attempt take_attempt(ByteReader& reader) {
    Attempt attempt;
    attempt.event = reader.octets<job::Uuid>();
    attempt.begun = take_time(reader);
    attempt.took_ms = reader.integer<std::uint32_t>();
    attempt.number = reader.integer<std::uint32_t>();
    attempt.status = reader.integer<std::uint16_t>();
    attempt.name = reader.text();
    attempt.failure = reader.text();
    return attempt;
}

}  // namespace

void DeliveryLog::add(const Attempt& attempt) noexcept {
    count = std::min(count + 1, storage.size());
    const auto end = storage.begin() + static_cast<std::ptrdiff_t>(count);
    std::move_backward(storage.begin(), end - 1, end);
    storage.front() = attempt;
}

void encode(const DeliveryLog& log, std::string& to) {
    ByteWriter writer(to);
    writer.integer(layout);
    writer.bytes(log.tenant.bytes());
    writer.integer(static_cast<std::uint8_t>(log.count));
    for (const Attempt& attempt : log.attempts()) {
        check(attempt.failure.size() <= failure_bytes_max, "a failure's text is bounded");
        writer.bytes(attempt.event.bytes());
        put_time(writer, attempt.begun);
        writer.integer(attempt.took_ms);
        writer.integer(attempt.number);
        writer.integer(attempt.status);
        writer.text(attempt.name);
        writer.text(attempt.failure);
    }
}

result<DeliveryLog> decode_delivery_log(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    DeliveryLog log;
    log.tenant = reader.octets<job::Uuid>();
    const auto count = reader.integer<std::uint8_t>();
    if (!reader.ok() || found_layout != layout || count > attempts_kept) {
        return Error::corrupt;
    }
    for (log.count = 0; log.count < count; ++log.count) {
        log.storage[log.count] = take_attempt(reader);
    }
    if (!reader.ok() || reader.left() != 0) {
        return Error::corrupt;
    }
    return log;
}

}  // namespace belay::outbox
