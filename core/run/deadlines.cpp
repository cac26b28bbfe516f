#include "core/run/deadlines.hpp"

namespace belay::run {

void Deadline::disarm() noexcept {
    if (class_ != nullptr) {
        class_->remove(*this);
    }
}

void DeadlineClass::append(Deadline& deadline) noexcept {
    deadline.class_ = this;
    deadline.before_ = last_;
    deadline.after_ = nullptr;
    (last_ != nullptr ? last_->after_ : first_) = &deadline;
    last_ = &deadline;
}

void DeadlineClass::remove(Deadline& deadline) noexcept {
    (deadline.before_ != nullptr ? deadline.before_->after_ : first_) = deadline.after_;
    (deadline.after_ != nullptr ? deadline.after_->before_ : last_) = deadline.before_;
    deadline.class_ = nullptr;
}

DeadlineClass& Deadlines::of_length(Milliseconds length) {
    for (DeadlineClass& known : classes_) {
        if (known.length() == length) {
            return known;
        }
    }
    return classes_.emplace_back(length);
}

void Deadlines::arm(Deadline& deadline, DeadlineClass& as, world::MonotonicTime now) noexcept {
    deadline.disarm();
    deadline.due_ = now + as.length_;
    as.append(deadline);
}

void Deadlines::expire(world::MonotonicTime now) {
    for (DeadlineClass& all : classes_) {
        // One that arms itself again in expired() goes to the end and is due later than now, unless
        // its length is nothing; such a class would never end.
        while (all.first_ != nullptr && all.first_->due_ <= now) {
            Deadline& due = *all.first_;
            all.remove(due);
            due.expired();
        }
    }
}

std::optional<world::MonotonicTime> Deadlines::next() const noexcept {
    std::optional<world::MonotonicTime> earliest;
    for (const DeadlineClass& all : classes_) {
        if (all.first_ != nullptr && (!earliest || all.first_->due_ < *earliest)) {
            earliest = all.first_->due_;
        }
    }
    return earliest;
}

}  // namespace belay::run
