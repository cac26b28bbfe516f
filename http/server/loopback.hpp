// Requests that the process makes of itself: routed, checked and answered by the very handlers that
// serve connections, without a connection. The caller is named by whoever makes the request, not by
// a credential; a rate is not looked at.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/principal.hpp"
#include "core/base/time.hpp"
#include "core/run/task.hpp"
#include "http/server/exchange.hpp"
#include "http/server/settings.hpp"

namespace belay::http {

/// In the answer of a handler that has claimed a key and done nothing else (KeyedWrite).
inline constexpr ResponseField claimed_key_field{"X-Idempotency-Claimed", "true"};

/// One for each shard that makes such requests, used by its thread only.
class Loopback {
  public:
    /// Everything outlives it.
    struct Parts {
        run::Shard& shard;
        const ServerSettings& settings;
        const Router& router;
        world::Entropy& entropy;  ///< of this shard
        /// What Exchange::shard_context() gives to handlers.
        void* shard_context = nullptr;
    };

    struct Request {
        const auth::Principal& principal;
        /// "POST"
        std::string_view method;
        /// Percent-encoded, without a query.
        std::string_view path;
        /// Names and values that may stand in a request. Host, and the fields of a JSON body, are
        /// added.
        std::span<const ResponseField> fields{};
        /// JSON, or empty.
        std::string_view body{};
        /// Of the events that the request's own transition would make, none is made.
        bool suppresses_events = false;
        /// The request is not to be done: what its key remembers is answered, and a fresh key is
        /// claimed, so that the request never is done later (families/common/keyed_write.hpp).
        bool claims_key_only = false;
    };

    struct Answer {
        int status = 0;
        std::string content;
        /// X-Idempotency-Replayed: true
        bool is_replay = false;
        /// Retry-After.
        std::optional<Milliseconds> retry_after{};
        /// Of a request that claims its key only: it was fresh, and is claimed.
        bool is_claim = false;
    };

    explicit Loopback(const Parts& parts);
    /// Every call has ended.
    ~Loopback();
    Loopback(const Loopback&) = delete;
    Loopback& operator=(const Loopback&) = delete;

    /// Any number at once; what the request refers to outlives the await. Answers as a connection
    /// would, also 404 for a path that nothing serves, 403 for want of a scope, 413 for a body that
    /// is too long and 414 or 431 for a head that is; routes that stream are not served (501).
    run::task<Answer> send(const Request& request);

  private:
    class Call;
    struct Members;

    const std::unique_ptr<Members> members_;
};

}  // namespace belay::http
