// What the threads of the idempotency bench ask of a table, and the threads.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "bench/idempotency/table.hpp"
#include "bench/load/histogram.hpp"

namespace belay::bench::idempotency {

enum class Distribution : std::uint8_t { hot, zipf, uniform };
enum class Mix : std::uint8_t { insert, hit, mismatch };

std::string_view name_of(Distribution distribution) noexcept;
std::string_view name_of(Mix mix) noexcept;

/// The numbers of keys, in the order in which they are asked for. Made once, read by all threads.
/// `keys` is a power of two.
class Numbers {
  public:
    explicit Numbers(std::size_t keys);

    std::size_t keys() const noexcept { return keys_; }

    /// The `at`-th draw, counted around the end of those that were made.
    std::uint64_t draw(Distribution distribution, std::uint64_t at) const noexcept;

    /// Every number below `keys` once, in no order that a table could profit from.
    std::uint64_t spread(std::uint64_t at) const noexcept;

  private:
    const std::size_t keys_;
    std::vector<std::uint32_t> zipf_;
    std::vector<std::uint32_t> uniform_;
};

/// How often each outcome was.
class Tally {
  public:
    void add(Outcome outcome) noexcept { ++counts_[static_cast<std::size_t>(outcome)]; }
    void add(const Tally& other) noexcept;
    std::uint64_t of(Outcome outcome) const noexcept {
        return counts_[static_cast<std::size_t>(outcome)];
    }
    std::uint64_t total() const noexcept;
    /// Without those that were told to come again: where they are, the tables beside have waited.
    std::uint64_t served() const noexcept { return total() - of(Outcome::in_flight); }

  private:
    std::array<std::uint64_t, 4> counts_{};
};

/// What each thread asks for: the number of the `at`-th request of thread `index`.
using Aim = std::function<std::uint64_t(std::size_t index, std::uint64_t at)>;

/// One measurement.
struct Task {
    Table* table = nullptr;
    std::size_t threads = 1;
    Aim number_of;
    /// Every request is the same one: it is made once.
    bool same_request = false;
    /// The fingerprint is another one than that under which the key was claimed.
    bool other_content = false;
    /// How many requests each thread makes; or, if zero, for how many seconds they all do.
    std::uint64_t requests_each = 0;
    double seconds = 0;
    /// Every turn is timed, and its time is that of each of its requests.
    bool times = false;
};

struct Result {
    double seconds = 0;
    Tally tally;
    Histogram latency;  ///< if it was asked for
};

Result run(const Task& task);

/// One thread's requests, in blocks; for those who run the threads themselves.
class Worker {
  public:
    static constexpr std::size_t block = 16;

    Worker(const Task& task, std::size_t index);

    /// Makes the next requests, a block, and has the table answer them.
    void step();

    const Tally& tally() const noexcept { return tally_; }
    const Histogram& latency() const noexcept { return latency_; }

  private:
    void claim_timed();

    const Task& task_;
    const std::size_t index_;
    const std::unique_ptr<Lane> lane_;
    std::uint64_t at_ = 0;
    std::array<Request, block> requests_;
    std::array<Outcome, block> outcomes_{};
    Tally tally_;
    Histogram latency_;
};

/// Of the monotonic clock, in nanoseconds.
std::int64_t nanoseconds();

}  // namespace belay::bench::idempotency
