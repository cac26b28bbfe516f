// SIGTERM and SIGINT. The first asks for a stop in order; the second, or the end of the time that
// the stop was given, ends the process at once, as kill -9 would: no footer, no snapshot
// (reliability 3.2).
#pragma once

#include <atomic>
#include <latch>
#include <thread>

#include "core/base/time.hpp"

namespace belay::run {

/// One in a process, made by the main thread before any other thread exists: it blocks the two
/// signals for the whole process and takes them on a thread of its own.
class StopSignals {
  public:
    /// What an impatient stop exits with.
    static constexpr int exit_at_once = 4;

    StopSignals();

    /// Unblocks the signals again.
    ~StopSignals();

    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// Returns after the first signal or request().
    void wait() { asked_.wait(); }

    /// As the first signal would. Thread-safe.
    void request() noexcept;

    /// From now on the process ends at once when `limit` has passed. By the monotonic clock of the
    /// operating system: this is the guard for when everything else hangs.
    void exit_after(Milliseconds limit) noexcept;

  private:
    void watch();
    void ask() noexcept;

    int signals_;  ///< signalfd
    int limit_;    ///< timerfd
    int end_;      ///< eventfd: the watching thread is to return
    std::latch asked_{1};
    std::atomic<bool> was_asked_{false};
    std::thread watcher_;
};

}  // namespace belay::run
