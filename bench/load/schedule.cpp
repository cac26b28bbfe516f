#include "bench/load/schedule.hpp"

#include <algorithm>

namespace belay::bench {

/// Of the time since `due`, what was not slept at will.
Schedule::Nanoseconds Schedule::missed(Time due, Time now) const noexcept {
    return now - std::max(due, slept_until_);
}

void Schedule::look(Time now) {
    for (; next_ <= now && next_ < end_; next_ += interval_) {
        seen_.push_back({next_, missed(next_, now)});
    }
}

Schedule::Nanoseconds Schedule::sent(Time now) {
    const Seen seen = seen_.front();
    seen_.pop_front();
    return std::max(seen.late, missed(seen.due, now));
}

}  // namespace belay::bench
