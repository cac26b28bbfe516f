#include "core/outbox/dispatch.hpp"

#include "core/base/check.hpp"

namespace belay::outbox {

void Dispatch::offer(Receiver& receiver, const job::RecordId& subject, const Line& line) {
    if (!line.in_flight && !line.events.empty()) {
        receiver.due.emplace(line.events.begin()->second, subject);
    }
}

void Dispatch::add(const Errand& errand, WallTime due) {
    Receiver& receiver = receivers_[errand.endpoint];
    Line& line = receiver.lines[errand.subject];
    const bool was_offered = !line.in_flight && !line.events.empty();
    const auto former = was_offered ? std::optional(line.events.begin()->second) : std::nullopt;
    if (line.in_flight == errand.event || !line.events.emplace(errand.event, due).second) {
        return;
    }
    ++waiting_;
    if (former) {
        receiver.due.erase({*former, errand.subject});
    }
    offer(receiver, errand.subject, line);
}

std::optional<Errand> Dispatch::take(WallTime now) {
    Receiver* best = nullptr;
    const job::Uuid* endpoint = nullptr;
    for (auto& [id, receiver] : receivers_) {
        const bool can_go = receiver.in_flight < in_flight_max_ && !receiver.due.empty() &&
                            receiver.due.begin()->first <= now;
        if (can_go && (best == nullptr || *receiver.due.begin() < *best->due.begin())) {
            best = &receiver;
            endpoint = &id;
        }
    }
    if (best == nullptr) {
        return std::nullopt;
    }
    const job::RecordId subject = best->due.begin()->second;
    best->due.erase(best->due.begin());
    Line& line = best->lines.at(subject);
    line.in_flight = line.events.begin()->first;
    line.events.erase(line.events.begin());
    ++best->in_flight;
    --waiting_;
    ++in_flight_;
    return Errand{*endpoint, subject, *line.in_flight};
}

Dispatch::Line& Dispatch::land(const Errand& errand) {
    Receiver& receiver = receivers_.at(errand.endpoint);
    Line& line = receiver.lines.at(errand.subject);
    check(line.in_flight == errand.event, "only an errand in flight comes back");
    line.in_flight.reset();
    --receiver.in_flight;
    --in_flight_;
    return line;
}

void Dispatch::settle(const Errand& errand) {
    Line& line = land(errand);
    Receiver& receiver = receivers_.at(errand.endpoint);
    if (!line.events.empty()) {
        offer(receiver, errand.subject, line);
        return;
    }
    receiver.lines.erase(errand.subject);
    if (receiver.lines.empty()) {
        receivers_.erase(errand.endpoint);
    }
}

void Dispatch::postpone(const Errand& errand, WallTime due) {
    Line& line = land(errand);
    line.events.emplace(errand.event, due);
    ++waiting_;
    offer(receivers_.at(errand.endpoint), errand.subject, line);
}

std::optional<WallTime> Dispatch::next_due() const {
    std::optional<WallTime> earliest;
    for (const auto& [id, receiver] : receivers_) {
        if (receiver.in_flight < in_flight_max_ && !receiver.due.empty() &&
            (!earliest || receiver.due.begin()->first < *earliest)) {
            earliest = receiver.due.begin()->first;
        }
    }
    return earliest;
}

}  // namespace belay::outbox
