// When the requests of an open loop are due, and how late each of them went out by the generator's
// own doing.
//
// Only a generator that looks on time can say that a request waited for a connection, and so for
// the server. What it does not see while it stands still (because it is stopped, is not given a
// processor, or is busy) is its own lateness, also if every connection was taken when it looked
// again: the answers may have come long before. So a request's lateness counts from when it was due
// until it was noticed; only sleep that the generator chose because all connections were taken is
// taken off. What goes out at once is late until it is in the kernel's hands.
//
// Not in it: what is due later and waits behind such a backlog, once it has been noticed on time.
#pragma once

#include <chrono>
#include <deque>

namespace belay::bench {

/// Not thread-safe. It reads no clock: its user says what time it is, and never an earlier time
/// than before.
class Schedule {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Nanoseconds = std::chrono::nanoseconds;

    Schedule() = default;
    /// Due at `first`, and then each `interval` as long as that is before `end`.
    Schedule(Time first, Nanoseconds interval, Time end)
        : next_(first), interval_(interval), end_(end) {}

    /// The first that no look has seen.
    Time next() const noexcept { return next_; }

    /// All connections were taken, and the generator slept for that reason: until it was woken, or
    /// until it wanted to look again if it was woken after that.
    void slept_until(Time time) noexcept { slept_until_ = time; }

    /// Sees what is due by now.
    void look(Time now);

    /// Has been seen and has not been sent.
    bool is_due() const noexcept { return !seen_.empty(); }
    /// The oldest of those; there is one.
    Time due() const noexcept { return seen_.front().due; }

    /// It is in the kernel's hands now. Returns how late it was by the generator's doing.
    Nanoseconds sent(Time now);

  private:
    struct Seen {
        Time due;
        Nanoseconds late;
    };

    Nanoseconds missed(Time due, Time now) const noexcept;

    Time next_;
    Nanoseconds interval_{};
    Time end_;
    Time slept_until_;
    std::deque<Seen> seen_;
};

}  // namespace belay::bench
