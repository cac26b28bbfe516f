#include "core/work/agenda.hpp"

namespace belay::work {

void Agenda::note(const job::RecordId& id, WallTime due, WallTime now) {
    if (due - now > horizon_) {
        return;
    }
    const std::lock_guard lock(mutex_);
    entries_.emplace(due, id);
}

std::optional<job::RecordId> Agenda::take_due(WallTime now) {
    const std::lock_guard lock(mutex_);
    if (entries_.empty() || entries_.begin()->first > now) {
        return std::nullopt;
    }
    const job::RecordId id = entries_.begin()->second;
    entries_.erase(entries_.begin());
    return id;
}

std::optional<WallTime> Agenda::next_due() const {
    const std::lock_guard lock(mutex_);
    if (entries_.empty()) {
        return std::nullopt;
    }
    return entries_.begin()->first;
}

std::size_t Agenda::size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

}  // namespace belay::work
