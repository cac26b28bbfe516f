// The numbers of the process as Prometheus reads them (text format 0.0.4).
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "http/server/metrics.hpp"
#include "store/statistics.hpp"

namespace belay::admin {

/// Appends to a text that outlives it. Names and help texts are the program's own.
class MetricsPage {
  public:
    explicit MetricsPage(std::string& to) noexcept : to_(to) {}

    void counter(std::string_view name, std::string_view help, std::uint64_t value);
    void gauge(std::string_view name, std::string_view help, std::uint64_t value);
    void gauge(std::string_view name, std::string_view help, double value);

    /// A counter with one label; call `labelled` for each of its values.
    void begin_counter(std::string_view name, std::string_view help);
    void labelled(std::string_view name, std::string_view label, std::string_view value,
                  std::uint64_t count);

    /// `counts` are not cumulative; `bound` gives each bucket's upper end, the last has none.
    void histogram(std::string_view name, std::string_view help,
                   std::span<const std::uint64_t> counts,
                   std::chrono::nanoseconds (*bound)(std::size_t), std::chrono::nanoseconds total);

  private:
    void head(std::string_view name, std::string_view help, std::string_view type);
    void number(double value);

    std::string& to_;
};

void add_store(MetricsPage& page, const store::Statistics& store,
               const store::RecoveryReport& recovery);
void add_server(MetricsPage& page, std::span<const http::ServerMetrics* const> shards);

}  // namespace belay::admin
