#include "core/run/stop.hpp"

#include <algorithm>
#include <utility>

namespace belay::run {

std::string_view name_of(StopPhase phase) noexcept {
    switch (phase) {
        case StopPhase::unready:
            return "unready";
        case StopPhase::stop_accept:
            return "stop_accept";
        case StopPhase::drain:
            return "drain";
        case StopPhase::commit:
            return "commit";
        case StopPhase::stop_shards:
            return "stop_shards";
        case StopPhase::close_store:
            return "close_store";
    }
    return "unknown";
}

void StopSequence::add(StopPhase phase, std::string step, std::function<void()> action) {
    const auto place =
        std::upper_bound(steps_.begin(), steps_.end(), phase,
                         [](StopPhase sought, const Step& known) { return sought < known.phase; });
    steps_.insert(place, {phase, std::move(step), std::move(action)});
}

void StopSequence::run(const Report& report) {
    for (const Step& step : std::exchange(steps_, {})) {
        report(step.phase, step.name);
        step.action();
    }
}

}  // namespace belay::run
