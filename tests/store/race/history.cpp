#include "tests/store/race/history.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace belay::store::testing {
namespace {

constexpr std::size_t states_max = 2'000'000;

/// How far each thread is, and what the record holds.
struct State {
    std::vector<std::uint32_t> done;
    std::uint64_t value = 0;

    friend auto operator<=>(const State&, const State&) = default;
};

/// The earliest response among those that are still to come: what was invoked later has to wait.
std::uint64_t first_response(const History& history, const State& state) {
    std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
    for (std::size_t thread = 0; thread < history.size(); ++thread) {
        if (state.done[thread] < history[thread].size()) {
            first = std::min(first, history[thread][state.done[thread]].responded);
        }
    }
    return first;
}

}  // namespace

Finding judge(const History& history) {
    std::vector<State> open{{std::vector<std::uint32_t>(history.size()), 0}};
    std::set<State> seen{open.front()};
    while (!open.empty()) {
        const State state = std::move(open.back());
        open.pop_back();
        const std::uint64_t first = first_response(history, state);
        if (first == std::numeric_limits<std::uint64_t>::max()) {
            return Finding::linearizable;  // nothing is left
        }
        for (std::size_t thread = 0; thread < history.size(); ++thread) {
            if (state.done[thread] == history[thread].size()) {
                continue;
            }
            const Event& event = history[thread][state.done[thread]];
            if (event.invoked > first || event.saw != state.value) {
                continue;
            }
            State next = state;
            ++next.done[thread];
            next.value = event.wrote ? event.value : state.value;
            if (seen.insert(next).second) {
                open.push_back(std::move(next));
            }
        }
        if (seen.size() > states_max) {
            return Finding::too_long;
        }
    }
    return Finding::wrong;
}

}  // namespace belay::store::testing
