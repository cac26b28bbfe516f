// The end of the process, in order (style C14). Whoever built a part registers what ending it
// takes; the sequence runs the steps phase by phase. io_context::stop() is no step: it would drop
// requests that are under way.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace belay::run {

/// In this order. Within a phase, in the order of registration.
enum class StopPhase {
    unready,      ///< readiness turns false; load balancers look elsewhere
    stop_accept,  ///< all listeners close together
    drain,   ///< idle connections close, busy ones answer and close, drivers let go: gates empty
    commit,  ///< what was decided becomes durable; the log ends with its footer
    stop_shards,  ///< the loops return, the threads are joined
    close_store,  ///< files are closed and the directory unlocked
};

std::string_view name_of(StopPhase phase) noexcept;

/// Not thread-safe: one thread builds the parts, waits for the signal and runs the sequence.
class StopSequence {
  public:
    /// Told of each step before it runs.
    using Report = std::function<void(StopPhase, std::string_view step)>;

    /// `action` returns when the step is done.
    void add(StopPhase phase, std::string step, std::function<void()> action);

    /// Runs every step once.
    void run(const Report& report);

  private:
    struct Step {
        StopPhase phase;
        std::string name;
        std::function<void()> action;
    };

    std::vector<Step> steps_;  // in the order of running
};

}  // namespace belay::run
