// The bounds of the HTTP server: what one connection, and all of them, may cost.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/limits.hpp"
#include "core/base/time.hpp"
#include "http/wire/request_head_parser.hpp"

namespace belay::http {

using namespace std::chrono_literals;

struct ServerSettings {
    wire::RequestHeadLimits head;

    /// From the first byte a connection could send (or its accept) to the end of the head, in all.
    Milliseconds header_timeout = 10s;
    /// A body must bring `body_rate_min` bytes a second on average over each such time.
    Milliseconds body_timeout = 30s;
    std::uint64_t body_rate_min = 256;
    /// Between two requests.
    Milliseconds idle_timeout = 75s;
    /// For a client to take one piece of output (output_bytes_max) off our hands, in all.
    Milliseconds write_timeout = 30s;
    /// For the TLS handshake, in all.
    Milliseconds handshake_timeout = 10s;
    /// After an answer that ends the connection: how long what the client still sends is read and
    /// dropped, so that closing does not take the answer back (reliability 2, rule 11).
    Milliseconds linger_timeout = 1s;

    /// What a stop gives clients to send or take the rest of what has begun; then they are cut.
    /// Zero: as long as they take.
    Milliseconds drain_timeout = 6s;

    /// Over all shards; divided evenly. Newcomers wait in the kernel's backlog.
    std::size_t connections_max = 10'000;
    /// From one address, over all shards; divided evenly. More are closed at once.
    std::size_t connections_per_address_max = 5'000;
    /// TLS handshakes under way, a shard. Newcomers wait in the kernel's backlog.
    std::size_t handshakes_max = 512;
    /// Those from one address, a shard, so that a single client that begins and never ends them
    /// leaves room for others. More are closed at once.
    std::size_t handshakes_per_address_max = 256;
    /// After accept failed for want of descriptors or memory.
    Milliseconds accept_pause = 100ms;

    /// Pipelined requests that are taken up together.
    std::size_t pipeline_max = 32;
    /// Bytes of answers that are gathered for one write. Requests behind answers of so many bytes
    /// are taken up when those are out.
    std::size_t output_bytes_max = limits::output_bytes_max;
    /// Bytes of a body that nobody wanted which are read to save the connection.
    std::size_t discard_bytes_max = limits::discard_bytes_max;
    /// Bytes that are read and dropped after a closing answer, within linger_timeout. More than
    /// above: a client that sent them before it could know must still find its answer, and
    /// dropping costs no memory.
    std::size_t linger_bytes_max = 4 * 1024 * 1024;
};

/// The part of `total` that one of `shards` may use; at least 1.
constexpr std::size_t share_of(std::size_t total, std::size_t shards) noexcept {
    return total < shards ? 1 : (total + shards - 1) / shards;
}

}  // namespace belay::http
