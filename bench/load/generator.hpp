// Sends requests to a server on this machine and measures when the answers come: as many as it can
// (closed loop), or by a fixed schedule whatever the server does (open loop).
//
// In an open loop a request is due at its place in the schedule, and its latency counts from there:
// what a server that stalls keeps others waiting for is in the figures (no coordinated omission).
// The generator's own lateness (bench/load/schedule.hpp) is measured beside it: where it is not
// small, the figures are the generator's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/answer_scan.hpp"
#include "bench/load/histogram.hpp"
#include "core/base/result.hpp"

namespace belay::bench {

/// Where one thread's requests come from. Called by that thread alone.
class RequestSource {
  public:
    virtual ~RequestSource() = default;

    /// Appends one whole request, head and body. False: there are no more.
    virtual bool next(std::string& to) = 0;

    /// The answer to the request that was the `number`th from next(), counted from 0.
    virtual void answered(std::uint64_t number, int status, std::string_view body) = 0;
};

struct LoadSettings {
    std::uint16_t port = 0;
    /// Of all threads together, divided evenly.
    std::size_t connections = 64;
    std::size_t threads = 1;
    /// Of this machine, from which connections come in turn: a server may limit those of one.
    std::size_t addresses = 1;
    /// Requests under way on a connection at once.
    std::size_t depth = 1;
    /// Requests a second of all threads together; 0: closed loop.
    double rate = 0;
    std::chrono::milliseconds duration{0};  ///< 0: until the sources end
    /// Answers in this first part are not measured.
    std::chrono::milliseconds warm_up{0};
    /// Without any answer for so long, the run fails.
    std::chrono::milliseconds patience{10'000};
    /// How answers are found in what the server sends.
    ScannedAnswer (*scan)(std::string_view input) noexcept = scan_answer;
};

struct LoadResult {
    /// Measured answers, and the time from the end of the warm-up until the last of them: requests
    /// that are written at once may be answered at once.
    std::uint64_t answers = 0;
    double seconds = 0;
    Histogram latency;
    /// Open loop: of each request, how late it went out by the generator's own doing.
    Histogram lateness;
    /// Of all answers, by status; the hundreds' place is enough: [2] is 2xx.
    std::vector<std::uint64_t> by_class = std::vector<std::uint64_t>(6);
    /// The generator's own processor time, all threads.
    double processor_seconds = 0;

    double per_second() const noexcept {
        return seconds > 0 ? static_cast<double>(answers) / seconds : 0.0;
    }
};

/// One source for each thread. An answer that cannot be read, a connection that is closed and a
/// server that says nothing for `patience` are errors: no figures come of such a run.
explained<LoadResult> run_load(const LoadSettings& settings,
                               const std::vector<std::unique_ptr<RequestSource>>& sources);

}  // namespace belay::bench
