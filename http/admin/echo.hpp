// POST /belay/v1/echo: a target for tests of HTTP that need a request with a body to succeed
// without leaving anything behind. Served only by `belay serve --debug-echo`.
#pragma once

#include <array>
#include <cstdint>

#include "http/server/exchange.hpp"
#include "http/server/router.hpp"

namespace belay::admin {

/// Shared by all shards; holds nothing that changes.
class Echo {
  public:
    /// Bodies of more than `json_bytes_max` are answered 413.
    explicit Echo(std::uint64_t json_bytes_max);

    /// Valid as long as this object.
    http::RouteFamily routes();

    /// 200 with the octets of the body, if they are one JSON text as belay reads it, else 400.
    void echo(http::Exchange& exchange);

  private:
    std::array<http::Route, 1> table_;
    http::PlainProblems errors_;
};

}  // namespace belay::admin
