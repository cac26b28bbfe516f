#include "core/world/sim_machine.hpp"

#include <algorithm>

namespace belay::world {

std::uint64_t SimMachine::start_process() {
    live_.insert(++last_process_);
    return last_process_;
}

void SimMachine::end_processes() {
    live_.clear();
    locks.clear();
}

void SimMachine::forget_plans() {
    plans_.clear();
    crash_in_ = 0;
}

SimTurn SimMachine::begin(std::uint64_t process, SimCall call, std::string_view path,
                          bool is_change) {
    const boost::system::error_code broken(boost::system::errc::io_error,
                                           boost::system::system_category());
    SimTurn turn;
    if (!live_.contains(process)) {
        turn.outcome = SimTurn::Outcome::dead;
        turn.error = broken;
        return turn;
    }
    changes_ += is_change ? 1U : 0U;
    ++calls_[static_cast<std::size_t>(call)];
    if (is_change && crash_in_ > 0 && --crash_in_ == 0) {
        end_processes();
        turn.outcome = SimTurn::Outcome::crashes;
        turn.error = broken;
        return turn;
    }
    bool is_struck = false;
    for (auto plan = plans_.begin(); plan != plans_.end();) {
        SimTarget& target = plan->target;
        const bool is_meant = target.call == call && (target.path.empty() || target.path == path);
        if (!is_meant || --target.nth > 0) {
            ++plan;
            continue;
        }
        if (!is_struck) {  // of two plans for one call the older one strikes
            is_struck = true;
            turn.lie = plan->lie;
            turn.offset = plan->offset;
            if (plan->wait) {
                plan->wait();
            } else if (plan->lie == SimLie::none) {
                turn.outcome = SimTurn::Outcome::fails;
                turn.error = {plan->error, boost::system::system_category()};
            }
        }
        plan = plans_.erase(plan);
    }
    return turn;
}

std::uint64_t SimMachine::space_left() const {
    std::uint64_t used = 0;
    for (const auto& [path, file] : names.files()) {
        used += file ? file->bytes_used() : 0;
    }
    return space_max - std::min(space_max, used);
}

}  // namespace belay::world
