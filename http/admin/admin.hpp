// What is asked about the process itself: alive, ready, and its numbers (Prometheus text). Needs no
// token.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "core/world/clock.hpp"
#include "http/admin/health.hpp"
#include "http/server/exchange.hpp"
#include "http/server/metrics.hpp"
#include "http/server/router.hpp"
#include "store/store.hpp"

namespace belay::admin {

/// Numbers that are no part's own, asked for when a page is made. Thread-safe.
struct Gauges {
    std::function<std::uint64_t()> workers_busy;
    std::function<std::uint64_t()> jobs_ready;
    std::function<std::uint64_t()> transfers_busy;
    std::function<std::uint64_t()> log_lines_dropped;
    std::function<std::uint64_t()> batches_running;
    std::function<std::uint64_t()> batches_waiting;
    std::function<std::uint64_t()> rows_in_flight;
    std::function<std::uint64_t()> rows_sent;
    std::function<std::uint64_t()> rows_succeeded;
    std::function<std::uint64_t()> rows_failed;
};

/// Shared by all shards.
class Admin {
  public:
    /// Everything outlives it. `health_timeout`: what the health page calls its timeout.
    Admin(const store::Store& store, const world::Clock& clock, Gauges gauges,
          Milliseconds health_timeout);

    /// Before the shards run.
    void add_shard(const http::ServerMetrics& metrics) { shards_.push_back(&metrics); }

    /// Beside what is always looked at: whether it serves, the log, the room for more. Before the
    /// shards run.
    void add_check(HealthCheck check) { checks_.push_back(std::move(check)); }

    http::RouteFamily routes();

    /// Whether /health/ready says so. Thread-safe.
    void set_ready(bool ready) noexcept { ready_.store(ready, std::memory_order_relaxed); }

    void live(http::Exchange& exchange);
    void ready(http::Exchange& exchange);
    void metrics(http::Exchange& exchange);

  private:
    const store::Store& store_;
    const world::Clock& clock_;
    const Gauges gauges_;
    const Milliseconds health_timeout_;
    const world::MonotonicTime started_;
    std::vector<HealthCheck> checks_;
    std::vector<const http::ServerMetrics*> shards_;
    std::atomic<bool> ready_{false};  // relaxed: it orders nothing
    http::PlainProblems errors_;
};

}  // namespace belay::admin
