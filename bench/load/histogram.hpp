// Latencies in bounded memory: a histogram whose buckets grow with the value (three significant
// digits), as HDR histograms do.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace belay::bench {

/// Not thread-safe; those of several threads are added up.
class Histogram {
  public:
    using Nanoseconds = std::chrono::nanoseconds;

    Histogram();

    /// Below zero counts as zero; above the range (73 minutes) as its end.
    void record(Nanoseconds value) noexcept;
    void add(const Histogram& other) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    Nanoseconds max() const noexcept { return Nanoseconds(max_); }
    double mean_nanoseconds() const noexcept;

    /// The smallest value that at least this share (0 to 1) of all is not above; zero if there are
    /// none. At most a thousandth above the true one.
    Nanoseconds quantile(double share) const noexcept;

  private:
    static std::size_t bucket_of(std::uint64_t value) noexcept;
    static std::uint64_t highest_in(std::size_t bucket) noexcept;

    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
    double sum_ = 0;
};

/// Members of a JSON object, in microseconds: p50_us, p90_us, p99_us, p999_us, p9999_us, max_us.
std::string quantiles_as_json(const Histogram& histogram);

}  // namespace belay::bench
