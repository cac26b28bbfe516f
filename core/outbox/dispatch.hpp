// Which delivery goes next. The events of one job reach an endpoint in their order, one after the
// other; different jobs do not wait for each other.
//
// A receiver that is slow or down delays only itself. It has a bounded number of deliveries under
// way; as long as it has not shown that it works (it is new, or its last delivery failed) it has
// one at a time, and all those receivers together have a share of the whole that leaves the rest to
// the ones that work.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/outbox/order.hpp"

namespace belay::outbox {

/// One event on its way to one endpoint.
struct Errand {
    job::Uuid endpoint;
    job::RecordId subject;
    Order order;
    job::Uuid event;

    friend auto operator<=>(const Errand&, const Errand&) = default;
};

/// Not thread-safe. Holds ids only, some 250 bytes for an errand: whoever takes an errand reads the
/// event from the store, and what the store says counts.
class Dispatch {
  public:
    /// How many errands are in flight at a time.
    struct Bounds {
        std::size_t all = 256;
        /// To one endpoint that works.
        std::size_t of_endpoint = 8;
        /// Of all: to endpoints that have not shown that they work.
        std::size_t unproven = 128;
    };

    explicit Dispatch(const Bounds& bounds) noexcept : bounds_(bounds) {}

    /// Adding the same errand twice is adding it once; the first time stands.
    void add(const Errand& errand, WallTime due);

    /// The errand that has been due longest among those that may go, the first of its subject at
    /// its endpoint; it is in flight until settled or postponed.
    std::optional<Errand> take(WallTime now);

    /// Whether no event of its subject that waits for the endpoint is before an errand in flight.
    bool is_first(const Errand& errand) const;

    /// What an attempt has shown: whether the endpoint takes what it is sent. Said before the
    /// errand is settled or postponed.
    void judge(const job::Uuid& endpoint, bool works);

    /// It was delivered or given up: the next event of the subject may go.
    void settle(const Errand& errand);

    /// It is to be tried again at `due`; the events behind it wait.
    void postpone(const Errand& errand, WallTime due);

    /// When take() may next have something, if nothing is settled before; nullopt if nothing waits
    /// that is not in flight or behind something in flight.
    std::optional<WallTime> next_due() const;

    std::size_t waiting() const noexcept { return waiting_; }
    std::size_t in_flight() const noexcept { return in_flight_; }

  private:
    struct Waiting {
        Order order;
        job::Uuid event;
        WallTime due;
    };

    struct Flight {
        Order order;
        job::Uuid event;
        bool unproven = false;  ///< counted in unproven_in_flight_
    };

    /// The events of one subject, the first in front; only that one is due, and none while one is
    /// in flight.
    struct Line {
        std::vector<Waiting> events;
        std::optional<Flight> flight;

        bool add(const Waiting& waiting);
    };

    struct Receiver {
        std::map<job::RecordId, Line> lines;
        /// The first of every line that has none in flight.
        std::set<std::pair<WallTime, job::RecordId>> due;
        std::size_t in_flight = 0;
        bool works = false;
        /// Under which time, and in which of the two, it stands in ready_.
        std::optional<std::pair<WallTime, bool>> offered;
    };

    using Ready = std::set<std::pair<WallTime, job::Uuid>>;

    Line& land(Receiver& receiver, const Errand& errand);
    void leave(const job::Uuid& endpoint, Receiver& receiver, const job::RecordId& subject);
    void offer(const job::Uuid& endpoint, Receiver& receiver);
    const Ready* ready_at(WallTime now) const;

    std::map<job::Uuid, Receiver> receivers_;
    /// The receivers that may be given an errand, by when they want it: [0] the unproven, [1] those
    /// that work.
    std::array<Ready, 2> ready_;
    const Bounds bounds_;
    std::size_t waiting_ = 0;
    std::size_t in_flight_ = 0;
    std::size_t unproven_in_flight_ = 0;
};

}  // namespace belay::outbox
