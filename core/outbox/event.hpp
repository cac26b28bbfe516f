// An event of a job, and how far each of its deliveries has come. It is made in the very transition
// that it tells of and goes when every endpoint has it or has given up on it.
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
#include "core/job/ids.hpp"
#include "core/outbox/endpoint.hpp"
#include "core/outbox/order.hpp"

namespace belay::outbox {

/// Of what is sent; with the rest of an event it fits one record.
inline constexpr std::size_t body_bytes_max = 24 * 1024;

// DO NOT CHANGE THESE NUMBERS: they stand on disk.
enum class DeliveryState : std::uint8_t {
    waiting = 1,  ///< due at next_try
    delivered = 2,
    dead = 3,     ///< given up; a dead letter tells of it
    dropped = 4,  ///< the endpoint is gone
};

/// "WAITING".
std::string_view name_of(DeliveryState state) noexcept;

struct Delivery {
    job::Uuid endpoint;
    DeliveryState state = DeliveryState::waiting;
    std::uint32_t attempts = 0;
    /// How often a person had it tried again after it was given up.
    std::uint32_t manual_attempts = 0;
    WallTime next_try{};

    friend bool operator==(const Delivery&, const Delivery&) = default;
};

/// The texts are views of the bytes that it was read from, or of the caller's.
struct Event {
    job::TenantId tenant;
    /// Whose event it is: its events reach an endpoint in their order.
    job::RecordId subject;
    Order order;
    /// "transfer.cancelled".
    std::string_view name;
    /// What is sent, byte for byte at every attempt.
    std::string_view body;
    WallTime made{};
    std::array<Delivery, endpoints_max> delivery_storage{};
    std::size_t delivery_count = 0;

    std::span<const Delivery> deliveries() const noexcept {
        return std::span(delivery_storage).first(delivery_count);
    }

    /// False if there are endpoints_max already.
    bool add(const Delivery& delivery) noexcept;

    /// Null if the event does not go there.
    Delivery* find(const job::Uuid& endpoint) noexcept;

    /// Nobody waits for it any more.
    bool is_settled() const noexcept;
};

void encode(const Event& event, std::string& to);
result<Event> decode_event(ByteSpan bytes);

/// An event that an endpoint did not take in the end. The texts are views, likewise.
struct DeadLetter {
    job::TenantId tenant;
    job::Uuid event;
    job::Uuid endpoint;
    job::RecordId subject;
    Order order;
    std::string_view name;
    std::string_view body;
    /// "HTTP 500 from subscriber".
    std::string_view failure;
    std::uint32_t attempts = 0;
    std::uint32_t manual_attempts = 0;
    WallTime died{};

    friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

void encode(const DeadLetter& letter, std::string& to);
result<DeadLetter> decode_dead_letter(ByteSpan bytes);

}  // namespace belay::outbox
