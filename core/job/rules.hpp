// A lifecycle as data: phase × ask -> verdict, next phase. Each family gives one table of its own
// enumerations; this header makes sure that the table is total and gives the same shape to all.
#pragma once

#include <array>
#include <cstddef>

#include "core/job/verdict.hpp"

namespace belay::job {

template <class Phase>
struct Rule {
    Verdict verdict = Verdict::wrong_phase;
    /// Where the job goes if the verdict moves it; its present phase otherwise.
    Phase next{};

    friend bool operator==(const Rule&, const Rule&) = default;
};

/// One line of a family's table.
template <class Phase, class Ask>
struct RuleLine {
    Phase phase;
    Ask ask;
    Verdict verdict;
    Phase next;
};

/// The table itself. Phase and Ask are enumerations that count from 0 and end with `count_`.
template <class Phase, class Ask>
class Rules {
  public:
    static constexpr std::size_t phases = static_cast<std::size_t>(Phase::count_);
    static constexpr std::size_t asks = static_cast<std::size_t>(Ask::count_);

    /// Does not compile unless every pair has exactly one line and only a verdict that moves
    /// changes the phase.
    consteval explicit Rules(const std::array<RuleLine<Phase, Ask>, phases * asks>& lines) {
        std::array<bool, phases * asks> seen{};
        for (const RuleLine<Phase, Ask>& line : lines) {
            const std::size_t at = index(line.phase, line.ask);
            if (seen[at]) {
                throw "a pair of phase and ask stands twice";
            }
            if (!moves(line.verdict) && line.next != line.phase) {
                throw "a verdict that does not move the job names another phase";
            }
            seen[at] = true;
            rules_[at] = {line.verdict, line.next};
        }
    }

    constexpr Rule<Phase> at(Phase phase, Ask ask) const { return rules_[index(phase, ask)]; }

  private:
    static constexpr std::size_t index(Phase phase, Ask ask) {
        return static_cast<std::size_t>(phase) * asks + static_cast<std::size_t>(ask);
    }

    std::array<Rule<Phase>, phases * asks> rules_{};
};

}  // namespace belay::job
