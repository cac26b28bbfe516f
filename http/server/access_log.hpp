// One line a request. No token, key, query or body ever comes this way.
#pragma once

#include <chrono>
#include <string_view>

namespace belay::http {

/// Views are valid during the call.
struct AccessEntry {
    std::string_view method;
    std::string_view path;  ///< as it was sent, without the query
    int status;
    std::string_view request_id;
    std::chrono::nanoseconds duration;  ///< from the end of the head to the answer being ready
};

/// Called on each shard's thread: an implementation that is shared by shards is thread-safe.
class AccessLog {
  public:
    virtual ~AccessLog() = default;
    virtual void served(const AccessEntry& entry) noexcept = 0;
};

}  // namespace belay::http
