#include "core/outbox/dispatch.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/check.hpp"

namespace belay::outbox {
namespace {

/// Of an endpoint that has not shown that it works.
constexpr std::size_t unproven_of_endpoint = 1;

}  // namespace

/// False if the event is there already.
bool Dispatch::Line::add(const Waiting& waiting) {
    if (flight && flight->event == waiting.event) {
        return false;
    }
    const auto before = [](const Waiting& left, const Waiting& right) {
        return std::tie(left.order, left.event) < std::tie(right.order, right.event);
    };
    const auto place = std::lower_bound(events.begin(), events.end(), waiting, before);
    if (place != events.end() && place->event == waiting.event) {
        return false;
    }
    events.insert(place, waiting);
    return true;
}

void Dispatch::add(const Errand& errand, WallTime due) {
    Receiver& receiver = receivers_[errand.endpoint];
    Line& line = receiver.lines[errand.subject];
    const bool was_due = !line.flight && !line.events.empty();
    const auto former = was_due ? std::optional(line.events.front().due) : std::nullopt;
    if (!line.add({errand.order, errand.event, due})) {
        return;
    }
    ++waiting_;
    if (former) {
        receiver.due.erase({*former, errand.subject});
    }
    if (!line.flight) {
        receiver.due.emplace(line.events.front().due, errand.subject);
    }
    offer(errand.endpoint, receiver);
}

/// Keeps ready_ true for a receiver that has changed.
void Dispatch::offer(const job::Uuid& endpoint, Receiver& receiver) {
    const std::size_t in_flight_max = receiver.works ? bounds_.of_endpoint : unproven_of_endpoint;
    std::optional<std::pair<WallTime, bool>> wanted;
    if (receiver.in_flight < in_flight_max && !receiver.due.empty()) {
        wanted.emplace(receiver.due.begin()->first, receiver.works);
    }
    if (wanted == receiver.offered) {
        return;
    }
    if (receiver.offered) {
        ready_[receiver.offered->second ? 1 : 0].erase({receiver.offered->first, endpoint});
    }
    if (wanted) {
        ready_[wanted->second ? 1 : 0].emplace(wanted->first, endpoint);
    }
    receiver.offered = wanted;
}

/// Where the receiver stands first that is to be given an errand; null if there is none.
const Dispatch::Ready* Dispatch::ready_at(WallTime now) const {
    if (in_flight_ >= bounds_.all) {
        return nullptr;
    }
    const Ready* best = nullptr;
    for (const Ready& ready : ready_) {
        const bool is_full = &ready == ready_.data() && unproven_in_flight_ >= bounds_.unproven;
        if (!is_full && !ready.empty() && ready.begin()->first <= now &&
            (best == nullptr || ready.begin()->first < best->begin()->first)) {
            best = &ready;
        }
    }
    return best;
}

std::optional<Errand> Dispatch::take(WallTime now) {
    const Ready* ready = ready_at(now);
    if (ready == nullptr) {
        return std::nullopt;
    }
    const job::Uuid endpoint = ready->begin()->second;
    Receiver& receiver = receivers_.at(endpoint);
    const job::RecordId subject = receiver.due.begin()->second;
    receiver.due.erase(receiver.due.begin());
    Line& line = receiver.lines.at(subject);
    const Waiting next = line.events.front();
    line.events.erase(line.events.begin());
    line.flight = Flight{next.order, next.event, !receiver.works};
    ++receiver.in_flight;
    --waiting_;
    ++in_flight_;
    unproven_in_flight_ += line.flight->unproven ? 1 : 0;
    offer(endpoint, receiver);
    return Errand{endpoint, subject, next.order, next.event};
}

bool Dispatch::is_first(const Errand& errand) const {
    const Line& line = receivers_.at(errand.endpoint).lines.at(errand.subject);
    check(line.flight && line.flight->event == errand.event, "the errand is in flight");
    return line.events.empty() ||
           std::tie(errand.order, errand.event) <
               std::tie(line.events.front().order, line.events.front().event);
}

void Dispatch::judge(const job::Uuid& endpoint, bool works) {
    const auto found = receivers_.find(endpoint);
    if (found != receivers_.end()) {
        found->second.works = works;
        offer(endpoint, found->second);
    }
}

Dispatch::Line& Dispatch::land(Receiver& receiver, const Errand& errand) {
    Line& line = receiver.lines.at(errand.subject);
    check(line.flight && line.flight->event == errand.event, "only an errand in flight comes back");
    unproven_in_flight_ -= line.flight->unproven ? 1 : 0;
    line.flight.reset();
    --receiver.in_flight;
    --in_flight_;
    return line;
}

/// After a line has lost its flight. Of an endpoint that works it is remembered that it does.
void Dispatch::leave(const job::Uuid& endpoint, Receiver& receiver, const job::RecordId& subject) {
    const auto line = receiver.lines.find(subject);
    if (line->second.events.empty()) {
        receiver.lines.erase(line);
    } else {
        receiver.due.emplace(line->second.events.front().due, subject);
    }
    offer(endpoint, receiver);
    if (receiver.lines.empty() && !receiver.works) {
        receivers_.erase(endpoint);
    }
}

void Dispatch::settle(const Errand& errand) {
    Receiver& receiver = receivers_.at(errand.endpoint);
    land(receiver, errand);
    leave(errand.endpoint, receiver, errand.subject);
}

void Dispatch::postpone(const Errand& errand, WallTime due) {
    Receiver& receiver = receivers_.at(errand.endpoint);
    const bool added = land(receiver, errand).add({errand.order, errand.event, due});
    check(added, "an errand is in flight or waits");
    ++waiting_;
    leave(errand.endpoint, receiver, errand.subject);
}

std::optional<WallTime> Dispatch::next_due() const {
    const Ready* ready = ready_at(WallTime::max());
    return ready == nullptr ? std::nullopt : std::optional(ready->begin()->first);
}

}  // namespace belay::outbox
