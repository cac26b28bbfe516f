// The last attempts at an endpoint, for the one who looks after it. One record for each endpoint,
// of bounded size: what is older falls out, and no chore has to remove it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"

namespace belay::outbox {

/// The texts are views of the bytes that it was read from, or of the caller's.
struct Attempt {
    job::Uuid event;
    std::string_view name;
    WallTime begun{};
    std::uint32_t took_ms = 0;
    /// Which attempt at this event it was; the first is 1.
    std::uint32_t number = 0;
    /// Of the answer; 0: there was none.
    std::uint16_t status = 0;
    /// Empty if the event was delivered.
    std::string_view failure;

    friend bool operator==(const Attempt&, const Attempt&) = default;
};

inline constexpr std::size_t attempts_kept = 32;
/// Of Attempt::failure, so that a log with all its attempts fits one record.
inline constexpr std::size_t failure_bytes_max = 256;

struct DeliveryLog {
    job::TenantId tenant;
    /// The newest first.
    std::array<Attempt, attempts_kept> storage{};
    std::size_t count = 0;

    std::span<const Attempt> attempts() const noexcept { return std::span(storage).first(count); }

    /// In front of the others; the oldest falls out.
    void add(const Attempt& attempt) noexcept;
};

void encode(const DeliveryLog& log, std::string& to);
result<DeliveryLog> decode_delivery_log(ByteSpan bytes);

}  // namespace belay::outbox
