#include "core/batches/pace.hpp"

#include <algorithm>

namespace belay::batches {
namespace {

constexpr std::chrono::milliseconds lateness_made_up_for(100);

}  // namespace

Pace::Pace(std::uint64_t rows_per_second) noexcept {
    if (rows_per_second != 0) {
        interval_ = std::chrono::nanoseconds(std::chrono::seconds(1)) /
                    static_cast<std::int64_t>(rows_per_second);
    }
}

bool Pace::take(world::MonotonicTime now) noexcept {
    if (due_ && now < *due_) {
        return false;
    }
    if (interval_.count() == 0) {
        due_.reset();
        return true;
    }
    due_ = std::max(due_.value_or(now), now - lateness_made_up_for) + interval_;
    return true;
}

std::optional<world::MonotonicTime> Pace::next(world::MonotonicTime now) const noexcept {
    return due_ && now < *due_ ? due_ : std::nullopt;
}

void Pace::hold_until(world::MonotonicTime time) noexcept {
    due_ = std::max(due_.value_or(time), time);
}

}  // namespace belay::batches
