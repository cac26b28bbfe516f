// What the connections of one shard share.
#pragma once

#include <string>
#include <vector>

#include "core/run/shard.hpp"
#include "core/world/entropy.hpp"
#include "http/server/access_log.hpp"
#include "http/server/gatekeeper.hpp"
#include "http/server/metrics.hpp"
#include "http/server/read_buffer.hpp"
#include "http/server/router.hpp"
#include "http/server/settings.hpp"
#include "http/server/throttle.hpp"
#include "http/wire/date.hpp"
#include "http/wire/head_memory.hpp"

namespace belay::http {

class ExchangePool;
class TlsContext;

/// What the builder of the server hands over; everything outlives the server.
struct ServerParts {
    run::Shard& shard;
    const ServerSettings& settings;
    const Router& router;
    Gatekeeper& gatekeeper;
    world::Entropy& entropy;          ///< of this shard
    AccessLog* access_log = nullptr;  ///< null: none
    const TlsContext* tls = nullptr;  ///< null: plain HTTP
    Throttle* throttle = nullptr;     ///< null: no route is limited
    void* shard_context = nullptr;    ///< what Exchange::shard_context() gives to handlers
    std::size_t shard_count = 1;      ///< that share the limits
};

/// Owned by the server of the shard (server.hpp), used by its thread only.
struct Services {
    /// A class of deadlines for each time in the settings.
    struct Lengths {
        Lengths(run::Deadlines& deadlines, const ServerSettings& settings)
            : idle(deadlines.of_length(settings.idle_timeout)),
              header(deadlines.of_length(settings.header_timeout)),
              body(deadlines.of_length(settings.body_timeout)),
              write(deadlines.of_length(settings.write_timeout)),
              handshake(deadlines.of_length(settings.handshake_timeout)),
              linger(deadlines.of_length(settings.linger_timeout)),
              accept_pause(deadlines.of_length(settings.accept_pause)) {}

        run::DeadlineClass& idle;
        run::DeadlineClass& header;
        run::DeadlineClass& body;
        run::DeadlineClass& write;
        run::DeadlineClass& handshake;
        run::DeadlineClass& linger;
        run::DeadlineClass& accept_pause;
    };

    Services(const ServerParts& given, ExchangePool& pool)
        : parts(given), exchanges(pool), lengths(given.shard.deadlines(), given.settings) {}

    void arm(run::Deadline& deadline, run::DeadlineClass& length) noexcept {
        parts.shard.arm(deadline, length);
    }

    ServerParts parts;
    ExchangePool& exchanges;
    Lengths lengths;
    BufferPool buffers;
    wire::DateCache dates;
    wire::HeadMemory heads;
    ServerMetrics metrics;
    PlainProblems plain_problems;
    std::vector<std::string> outputs;  ///< spare memory for the answers of pipelined batches
    std::string error_body;  ///< where an error is rendered before it is copied into its answer
    bool draining = false;   ///< answers end their connection, idle connections close
};

}  // namespace belay::http
