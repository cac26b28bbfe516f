#include "core/work/agenda.hpp"

namespace belay::work {

void Agenda::note(const job::RecordId& id, WallTime due, WallTime now) {
    if (due - now > horizon_) {
        return;
    }
    if (noted_.push({due, id})) {
        return;
    }
    const std::lock_guard lock(mutex_);
    sorted().insert({due, id});
}

std::set<Agenda::Entry>& Agenda::sorted() const {
    while (const std::optional<Entry> entry = noted_.pop()) {
        entries_.insert(*entry);
    }
    return entries_;
}

std::optional<job::RecordId> Agenda::take_due(WallTime now) {
    const std::lock_guard lock(mutex_);
    std::set<Entry>& entries = sorted();
    if (entries.empty() || entries.begin()->due > now) {
        return std::nullopt;
    }
    const job::RecordId id = entries.begin()->id;
    entries.erase(entries.begin());
    return id;
}

std::optional<WallTime> Agenda::next_due() const {
    const std::lock_guard lock(mutex_);
    const std::set<Entry>& entries = sorted();
    return entries.empty() ? std::nullopt : std::optional(entries.begin()->due);
}

std::size_t Agenda::size() const {
    const std::lock_guard lock(mutex_);
    return sorted().size();
}

}  // namespace belay::work
