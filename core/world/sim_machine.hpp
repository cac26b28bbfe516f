// What the processes on one simulated disk (disk_sim.hpp) share: its contents, who is alive, and
// the plans of what is to fail.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/world/entropy.hpp"
#include "core/world/sim_names.hpp"

namespace belay::world {

/// What a fault can strike.
enum class SimCall {
    open,
    read,
    write,
    sync,
    resize,
    rename,
    remove,
    list,
    make_directory,
    sync_directory,
    lock,
};
inline constexpr std::size_t sim_calls = 11;
static_assert(static_cast<std::size_t>(SimCall::lock) + 1 == sim_calls);

/// Picks one call: the `nth` from now (1: the next) of its kind on `path` (empty: on any; of a
/// rename, the old name; of an open file, the name it was opened by).
struct SimTarget {
    SimCall call = SimCall::write;
    std::uint64_t nth = 1;
    std::string path = {};
};

enum class SimLie { none, lost, misdirected };

struct SimPlan {
    SimTarget target;
    boost::system::errc::errc_t error = boost::system::errc::success;
    SimLie lie = SimLie::none;
    std::uint64_t offset = 0;  ///< where a misdirected write goes
    std::function<void()> wait =
        {};  ///< not empty: called in the midst of the call, which succeeds
};

/// What the plans make of one call.
struct SimTurn {
    enum class Outcome {
        done,
        fails,    ///< with `error`
        crashes,  ///< in the midst: the processes have ended, part of it may be done
        dead,     ///< its process had ended before: nothing is done
    };

    Outcome outcome = Outcome::done;
    boost::system::error_code error;  ///< unless done
    SimLie lie = SimLie::none;
    std::uint64_t offset = 0;
};

/// Every member function but lock() asks for the lock held.
class SimMachine {
  public:
    explicit SimMachine(std::uint64_t seed) : chance(seed) {}

    std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }

    std::uint64_t start_process();
    void end_processes();

    bool is_alive(std::uint64_t process) const { return live_.contains(process); }
    bool is_crashed() const { return live_.empty(); }

    void plan(SimPlan plan) { plans_.push_back(std::move(plan)); }
    void crash_at(std::uint64_t nth) { crash_in_ = nth; }
    std::uint64_t changes() const { return changes_; }
    std::uint64_t calls(SimCall call) const { return calls_[static_cast<std::size_t>(call)]; }
    void forget_plans();

    /// Counts a call and looks at the plans.
    SimTurn begin(std::uint64_t process, SimCall call, std::string_view path, bool is_change);

    bool coin() { return chance.number() % 2 == 0; }

    /// What is done whole or not at all: done, not done, or done at a crash by chance.
    template <class Change>
    result<void> carry_out(const SimTurn& turn, Change change) {
        const bool is_crash = turn.outcome == SimTurn::Outcome::crashes;
        if (turn.outcome == SimTurn::Outcome::done || (is_crash && coin())) {
            change();
        }
        if (turn.outcome != SimTurn::Outcome::done) {
            return turn.error;
        }
        return {};
    }

    std::uint64_t space_left() const;

    SimNames names;
    std::set<std::string, std::less<>> locks;
    std::uint64_t space_max = std::uint64_t{1} << 40;
    SeededEntropy chance;

  private:
    std::mutex mutex_;
    std::set<std::uint64_t> live_;
    std::uint64_t last_process_ = 0;
    std::array<std::uint64_t, sim_calls> calls_{};
    std::vector<SimPlan> plans_;
    std::uint64_t crash_in_ = 0;  ///< changes until the crash; 0: none is planned
    std::uint64_t changes_ = 0;
};

}  // namespace belay::world
