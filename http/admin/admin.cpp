#include "http/admin/admin.hpp"

#include <array>

#include "http/admin/metrics_page.hpp"

namespace belay::admin {
namespace {

using http::Access;
using http::buffered;
using http::Route;
using wire::Method;

constexpr std::array<std::string_view, 2> prefixes{"/health", "/metrics"};
constexpr std::array<Route, 3> table{Route{.method = Method::get,
                                           .pattern = "/health/live",
                                           .handle = buffered<&Admin::live>,
                                           .access = Access::anyone},
                                     Route{.method = Method::get,
                                           .pattern = "/health/ready",
                                           .handle = buffered<&Admin::ready>,
                                           .access = Access::anyone},
                                     Route{.method = Method::get,
                                           .pattern = "/metrics",
                                           .handle = buffered<&Admin::metrics>,
                                           .access = Access::anyone}};

}  // namespace

Admin::Admin(const store::Store& store, const world::Clock& clock, Gauges gauges,
             Milliseconds health_timeout)
    : store_(store),
      clock_(clock),
      gauges_(std::move(gauges)),
      health_timeout_(health_timeout),
      started_(clock.monotonic()) {
    using enum HealthStatus;
    add_check(
        {"serving", true, [this] { return ready_.load(std::memory_order_relaxed) ? up : down; }});
    add_check({"log", true, [this] {
                   const store::Statistics now = store_.statistics();
                   return now.failed ? down : now.degraded ? degraded : up;
               }});
    add_check({"capacity", false, [this] { return store_.is_full() ? degraded : up; }});
}

http::RouteFamily Admin::routes() {
    return {prefixes, table, this, &errors_};
}

void Admin::live(http::Exchange& exchange) {
    exchange.respond(200, "application/json", R"({"status":"UP"})");
}

void Admin::ready(http::Exchange& exchange) {
    const HealthStatus status = append_health(checks_, health_timeout_, exchange.scratch());
    exchange.respond(status == HealthStatus::down ? 503 : 200, "application/json",
                     exchange.scratch());
}

void Admin::metrics(http::Exchange& exchange) {
    MetricsPage page(exchange.scratch());
    const std::chrono::duration<double> uptime = clock_.monotonic() - started_;
    page.gauge("belay_uptime_seconds", "Since the start of the process.", uptime.count());
    add_store(page, store_.statistics(), store_.recovery());
    add_server(page, shards_);
    page.gauge("belay_export_workers_busy", "Workers that have a job.", gauges_.workers_busy());
    page.gauge("belay_export_jobs_ready", "Jobs that wait for a worker.", gauges_.jobs_ready());
    page.gauge("belay_transfers_busy", "Transfers that are being moved.", gauges_.transfers_busy());
    page.gauge("belay_batches_running", "Batch jobs that are run.", gauges_.batches_running());
    page.gauge("belay_batches_waiting", "Batch jobs that wait to be run.",
               gauges_.batches_waiting());
    page.gauge("belay_batch_rows_in_flight", "Rows of batches that wait for their answers.",
               gauges_.rows_in_flight());
    page.counter("belay_batch_rows_sent_total", "Rows sent, again ones included.",
                 gauges_.rows_sent());
    page.counter("belay_batch_rows_succeeded_total", "Rows that ended with success.",
                 gauges_.rows_succeeded());
    page.counter("belay_batch_rows_failed_total", "Rows that ended otherwise.",
                 gauges_.rows_failed());
    page.counter("belay_log_lines_dropped_total", "Log lines that nobody took in time.",
                 gauges_.log_lines_dropped());
    exchange.respond(200, "text/plain; version=0.0.4", exchange.scratch());
}

}  // namespace belay::admin
