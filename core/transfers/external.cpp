#include "core/transfers/external.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace belay::transfers {
namespace {

using job::Verdict;

/// Where the transfer goes is what the ledger has made true, not what was asked.
Decision follow(const Transfer& settled, Phase phase, std::string_view reason, WallTime now) {
    Decision decision;
    decision.verdict = Verdict::applied;
    decision.next = settled;
    decision.next.enter(phase, std::max(now, settled.updated), reason);
    decision.event = Event::reconciliation_required;
    return decision;
}

}  // namespace

ExternalDecision decide_external(const Transfer& standing, const Request& request, WallTime now) {
    check(standing.is_external, "of a transfer whose money is another ledger's");
    ExternalDecision made;
    if (!standing.is_visible()) {
        return made;  // not_found
    }
    if (standing.intent) {
        made.decision.verdict = Verdict::wrong_phase;
        made.is_busy = true;
        return made;
    }
    made.decision = decide(&standing, request, now);
    if (job::moves(made.decision.verdict) && made.decision.money) {
        made.decision.next = standing;
        made.decision.next.intent = Intent{request.ask, now, request.reason};
        made.decision.event.reset();
        made.is_opened = true;
    }
    return made;
}

Decision resolve(const Transfer& standing, Confirmation confirmation, WallTime now) {
    check(standing.intent.has_value(), "what is resolved was open");
    const Intent intent = *standing.intent;
    Transfer settled = standing;
    settled.intent.reset();
    switch (confirmation) {
        case Confirmation::not_held:
            return {};
        case Confirmation::given_up:
            return follow(settled, Phase::failed, "the ledger gave no answer", now);
        case Confirmation::other_won:
            return intent.ask == Ask::complete
                       ? follow(settled, Phase::failed, "the ledger had released the hold", now)
                       : follow(settled, Phase::completed, "the ledger had settled the hold", now);
        case Confirmation::done:
            break;
    }
    if (intent.ask != Ask::process) {
        return decide(&settled, {.ask = intent.ask, .reason = intent.reason}, now);
    }
    Decision decision;
    decision.verdict = Verdict::applied;
    decision.next = settled;
    decision.event = Event::processing;
    return decision;
}

}  // namespace belay::transfers
