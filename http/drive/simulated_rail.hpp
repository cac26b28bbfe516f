// The rail that is built in: it accepts and settles what it is sent after delays, or ends it
// otherwise, as the settings say. No money leaves anything; what it knows is gone with the process,
// as if every start had a new rail: what is sent to it again, it takes up anew.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/base/time.hpp"
#include "core/world/clock.hpp"
#include "core/world/rail.hpp"

namespace belay::http {

enum class RailOutcome : std::uint8_t {
    completed,
    rejected,  ///< accepted, then refused
    failed,    ///< accepted, then not done
    slow,      ///< completed, with slow_delay in place of both delays
};

struct SimulatedRailSettings {
    /// From the submission to the acceptance.
    Milliseconds accept_delay{};
    /// From the acceptance to the end.
    Milliseconds settle_delay{};
    Milliseconds slow_delay = std::chrono::minutes(1);
    RailOutcome outcome = RailOutcome::completed;
    /// Of transfers of exactly this amount, in centavos, in place of `outcome`.
    std::map<std::int64_t, RailOutcome> by_amount{};
};

/// A machine without a thread: advance() says what is due (SimulatedRailThread calls it, or a
/// test).
class SimulatedRail final : public world::Rail {
  public:
    /// `clock` and `listener` outlive it.
    SimulatedRail(SimulatedRailSettings settings, const world::Clock& clock,
                  world::RailListener& listener);
    ~SimulatedRail() override;
    SimulatedRail(const SimulatedRail&) = delete;
    SimulatedRail& operator=(const SimulatedRail&) = delete;

    // world::Rail
    bool submit(const world::RailOrder& order) override;
    void withdraw(const job::Uuid& transfer) noexcept override;
    std::vector<world::RailInbound> inbound(const job::TenantId& tenant,
                                            std::size_t at_most) override;
    void confirm(const world::RailInbound& message) override;

    // What another bank would do; thread-safe.

    /// False if too much waits already.
    bool receive(world::RailInbound message);
    void charge_back(const job::Uuid& transfer, std::string reason);

    // One thread alone calls these.

    /// Tells the listener everything that is due.
    void advance();

    /// When something is due next.
    std::optional<world::MonotonicTime> next_due() const;

    /// Sleeps until something may be due.
    void wait_for_due();
    /// Ends a wait, also the next one.
    void wake() noexcept;

  private:
    enum class Stage : std::uint8_t { sent, accepted, ended, withdrawn };

    struct Course {
        Stage stage = Stage::sent;
        RailOutcome outcome = RailOutcome::completed;
    };

    /// A stage that is told, or come to, at a time. Equal times in the order of their making.
    struct Due {
        world::MonotonicTime time;
        std::uint64_t number = 0;
        world::RailNews news;
        /// Whether the course goes on with it; else it is only told again.
        bool moves = true;
    };

    struct Later {
        bool operator()(const Due& left, const Due& right) const noexcept {
            return left.time != right.time ? left.time > right.time : left.number > right.number;
        }
    };

    // All with mutex_ held.
    void tell_again(const job::Uuid& transfer, const Course& course);
    void plan(const job::Uuid& transfer, world::RailWord word, std::string text, Milliseconds delay,
              bool moves);
    bool happens(const Due& due);
    void plan_end(const job::Uuid& transfer, const Course& course, Milliseconds delay, bool moves);
    void remember_end(const job::Uuid& transfer);
    Milliseconds delay_of(RailOutcome outcome, Milliseconds usual) const noexcept;
    RailOutcome outcome_of(std::int64_t amount) const;

    const SimulatedRailSettings settings_;
    const world::Clock& clock_;
    world::RailListener& listener_;

    mutable std::mutex mutex_;
    std::condition_variable condition_;
    bool woken_ = false;
    std::unordered_map<job::Uuid, Course, job::UuidHash> courses_;
    /// The ones that have ended, oldest first: so many are remembered.
    std::deque<job::Uuid> ended_;
    std::priority_queue<Due, std::vector<Due>, Later> due_;
    std::uint64_t made_ = 0;
    std::deque<world::RailInbound> inbound_;
};

/// The thread that drives it.
class SimulatedRailThread {
  public:
    /// The rail outlives it.
    explicit SimulatedRailThread(SimulatedRail& rail);
    /// Stops and joins.
    ~SimulatedRailThread();
    SimulatedRailThread(const SimulatedRailThread&) = delete;
    SimulatedRailThread& operator=(const SimulatedRailThread&) = delete;

    void stop();

  private:
    void run();

    SimulatedRail& rail_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace belay::http
