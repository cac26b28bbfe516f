// Is a recorded history of one record linearizable?
//
// Every operation on a record, whatever it is called, comes to the same: it saw a value (0: the
// record is absent), and either left it or put another in its place. So a history is legal if there
// is one order of all its operations that keeps the order of those that did not overlap, and in
// which each saw what the one before it left (Herlihy and Wing). Records are independent: a history
// of many is linearizable if that of each is.
//
// The search is Wing's and Gong's: take any operation that may come next, undo when none may. Each
// thread's operations are in order, so a state of the search is how far each thread is and the
// value; no state is visited twice.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace belay::store::testing {

struct Event {
    /// Moments of the recorder. An event is before another if its response is below the other's
    /// invocation.
    std::uint64_t invoked = 0;
    std::uint64_t responded = 0;
    std::uint64_t saw = 0;
    bool wrote = false;
    std::uint64_t value = 0;  ///< if it wrote
};

/// Of one record: the events of each thread, in its order.
using History = std::vector<std::vector<Event>>;

enum class Finding {
    linearizable,
    wrong,
    too_long,  ///< the search was given up; a test treats it as a failure
};

/// Of a record that was absent at first.
Finding judge(const History& history);

/// Hands out moments. Thread-safe.
class Moments {
  public:
    /// Seq_cst, before and after the operation: if one event's response is handed out before
    /// another's invocation, then all that the one did happens-before all that the other does.
    std::uint64_t next() noexcept { return next_.fetch_add(1, std::memory_order_seq_cst); }

  private:
    std::atomic<std::uint64_t> next_{1};
};

}  // namespace belay::store::testing
