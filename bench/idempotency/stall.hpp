// A thread that stops in the middle of its work, at a random place: what do the others do?
#pragma once

#include <cstdint>

#include "bench/idempotency/work.hpp"

namespace belay::bench::idempotency {

struct Stalls {
    std::uint64_t stops = 0;
    /// How often at least one of the others, or all of them, did not go on before the victim did.
    std::uint64_t stuck_one = 0;
    std::uint64_t stuck_all = 0;
    /// The others' requests a second that were served (Tally::served) during the stops, and before
    /// them.
    double stalled_rate = 0;
    double free_rate = 0;
    /// The longest that a block of requests took one of the others, in a stop or not.
    double longest_milliseconds = 0;
    Tally tally;
};

/// `task.threads` threads work; one more is the victim: again and again a signal stops it wherever
/// it is, and lets it go on after a while.
Stalls stall(const Task& task, std::uint64_t stops);

}  // namespace belay::bench::idempotency
