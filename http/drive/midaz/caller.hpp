// One call over the network, so that the connector can be tested without one.
#pragma once

#include <optional>
#include <string>

#include "core/base/time.hpp"
#include "core/run/task.hpp"
#include "http/drive/midaz/calls.hpp"

namespace belay::midaz {

/// As Answer (reading.hpp), but with a body of its own.
struct Reply {
    int status = 0;
    std::string body{};
    std::optional<Milliseconds> retry_after{};
};

class Caller {
  public:
    virtual ~Caller() = default;

    /// Ends in bounded time. `call` outlives the await.
    virtual run::task<Reply> make(const Call& call) = 0;
};

}  // namespace belay::midaz
