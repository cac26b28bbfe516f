// What a head says about its connection (RFC 9110 7.6.1, 10.1.1; RFC 9112 9.3).
#pragma once

#include <cstdint>

#include "http/wire/request_head.hpp"

namespace belay::wire {

/// Whether the client lets the connection be used again: 1.1 unless "close", 1.0 only with
/// "keep-alive" and no "close", over all Connection lines.
bool wants_keep_alive(const RequestHead& head) noexcept;

enum class Expectation : std::uint8_t {
    none,          ///< also in every 1.0 request, which must be ignored there
    continue_100,  ///< wants 100 or a final answer before it sends the body
    unknown,       ///< 417
};

Expectation expectation_of(const RequestHead& head) noexcept;

}  // namespace belay::wire
