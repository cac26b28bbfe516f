// Wakes the log thread: a futex word with a memory, so that a ring between "nothing to do" and
// "asleep" is not lost. The log thread sleeps here and nowhere else; it never spins.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace belay::store {

class Doorbell {
  public:
    /// To be called after the work has been made visible, once at the end of a turn and not per
    /// frame (design 9). A system call only if the thread sleeps.
    void ring() noexcept;

    /// The one sleeper. Returns when rung, at once if rung since the last call, or after `at_most`.
    void sleep(std::chrono::nanoseconds at_most) noexcept;

  private:
    // All parties change this one word by read-modify-write, so there is a single order of ring and
    // sleep, and no pair of words to reason about.
    alignas(64) std::atomic<std::uint32_t> state_{0};
};

}  // namespace belay::store
