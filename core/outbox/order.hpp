// Where an event stands among the events of its job. The ids of events do not tell: they are made
// before the transitions are decided.
#pragma once

#include <compare>
#include <cstdint>

namespace belay::outbox {

struct Order {
    /// The number of the version that the transition made of the job.
    std::uint64_t version = 0;
    /// Among the events of that transition.
    std::uint8_t place = 0;

    friend auto operator<=>(const Order&, const Order&) = default;
};

}  // namespace belay::outbox
