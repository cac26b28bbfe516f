// What another bank would do, for whoever tries belay out: POST /belay/v1/rail/inbound sends money
// to an account of the caller's organization, POST /belay/v1/rail/chargeback takes back what came
// in. Only with the built-in rail; needs the scope `admin`.
//
// An answer of 202 says that the rail has it, in memory: a message waits there until it is fetched
// (POST /v1/transfers/ted-in/poll), and is gone with the process. Sending the same again is no
// harm: a control number makes one transfer.
#pragma once

#include <array>
#include <string_view>

#include <boost/json/fwd.hpp>

#include "http/drive/simulated_rail.hpp"
#include "http/server/exchange.hpp"
#include "http/server/router.hpp"

namespace belay::transfer_api {

/// Thread-safe.
class RailFeed {
  public:
    /// The rail outlives it.
    explicit RailFeed(http::SimulatedRail& rail);

    /// For the router; valid as long as this.
    http::RouteFamily routes();

  private:
    void receive(http::Exchange& exchange);
    void charge_back(http::Exchange& exchange);

    http::SimulatedRail& rail_;
    const http::PlainProblems errors_;
    const std::array<http::Route, 2> routes_;
};

}  // namespace belay::transfer_api
