// Which delivery goes next. The events of one job reach an endpoint in their order, one after the
// other; different jobs and different endpoints do not wait for each other, so a receiver that is
// slow or down delays only itself.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"

namespace belay::outbox {

/// One event on its way to one endpoint.
struct Errand {
    job::Uuid endpoint;
    job::RecordId subject;
    job::Uuid event;

    friend auto operator<=>(const Errand&, const Errand&) = default;
};

/// Not thread-safe. Holds ids only: whoever takes an errand reads the event from the store, and
/// what the store says counts.
class Dispatch {
  public:
    /// `in_flight_max`: of one endpoint at a time.
    explicit Dispatch(std::size_t in_flight_max) noexcept : in_flight_max_(in_flight_max) {}

    /// Adding the same errand twice is adding it once; the first time stands.
    void add(const Errand& errand, WallTime due);

    /// The errand that has been due longest, and is the first of its subject at its endpoint; it is
    /// in flight until settled or postponed.
    std::optional<Errand> take(WallTime now);

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
    /// The events of one subject, by id, which is by age; only the first is due, and none while one
    /// is in flight.
    struct Line {
        std::map<job::Uuid, WallTime> events;
        std::optional<job::Uuid> in_flight;
    };

    struct Receiver {
        std::map<job::RecordId, Line> lines;
        std::set<std::pair<WallTime, job::RecordId>> due;
        std::size_t in_flight = 0;
    };

    static void offer(Receiver& receiver, const job::RecordId& subject, const Line& line);
    Line& land(const Errand& errand);

    std::map<job::Uuid, Receiver> receivers_;
    const std::size_t in_flight_max_;
    std::size_t waiting_ = 0;
    std::size_t in_flight_ = 0;
};

}  // namespace belay::outbox
