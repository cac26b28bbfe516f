#include "core/transfers/decide.hpp"

#include <algorithm>
#include <array>

namespace belay::transfers {
namespace {

using job::Verdict;

constexpr std::array<std::string_view, 9> names_of_events{"transfer.initiated",
                                                          "transfer.processing",
                                                          "transfer.rejected",
                                                          "transfer.completed",
                                                          "transfer.failed",
                                                          "transfer.cancelled",
                                                          "transfer.incoming.completed",
                                                          "transfer.incoming.chargeback",
                                                          "transfer.reconciliation_required"};

/// What becomes of the money when a transfer of the type comes into the phase.
std::optional<MoneyAct> money_at(Type type, Phase phase) noexcept {
    const bool is_inbound = type == Type::ted_in;
    switch (phase) {
        case Phase::completed:
            return is_inbound ? MoneyAct::inflow : MoneyAct::commit;
        case Phase::rejected:
        case Phase::failed:
        case Phase::cancelled:
            return is_inbound ? std::nullopt : std::optional(MoneyAct::release);
        default:
            return std::nullopt;
    }
}

std::optional<Event> event_at(Type type, Phase phase) noexcept {
    const bool is_inbound = type == Type::ted_in;
    switch (phase) {
        case Phase::completed:
            return is_inbound ? Event::incoming_completed : Event::completed;
        case Phase::rejected:
            return Event::rejected;
        case Phase::failed:
            return is_inbound ? std::nullopt : std::optional(Event::failed);
        case Phase::cancelled:
            return Event::cancelled;
        default:
            return std::nullopt;
    }
}

/// Whether the rail says something that can no longer be true: that money of an ended transfer
/// goes out, or that money which went out did not. (Of P2P no rail speaks; what a rail says of a
/// TED_IN twice is the same.)
bool is_contradiction(const Transfer& transfer, Ask ask) noexcept {
    if (transfer.type != Type::ted_out || !is_terminal(transfer.phase)) {
        return false;
    }
    if (transfer.phase == Phase::completed) {
        return ask == Ask::reject || ask == Ask::fail || ask == Ask::chargeback;
    }
    return ask == Ask::accept || ask == Ask::complete;
}

}  // namespace

std::string_view name_of(Event event) noexcept {
    return names_of_events[static_cast<std::size_t>(event)];
}

std::span<const std::string_view> event_names() noexcept {
    return names_of_events;
}

Decision decide(const Transfer* standing, const Request& request, WallTime now) {
    if (standing == nullptr) {
        return {};
    }
    const job::Rule<Phase> rule = rules_of(standing->type).at(standing->phase, request.ask);
    Decision decision;
    decision.verdict = rule.verdict;
    if (!job::moves(rule.verdict)) {
        if (is_contradiction(*standing, request.ask)) {
            decision.event = Event::reconciliation_required;
        }
        return decision;
    }
    decision.next = *standing;
    // Time in a transfer never runs backwards, whatever the clock does.
    decision.next.enter(rule.next, std::max(now, standing->updated), request.reason);
    if (request.ask == Ask::accept && !request.control_number.empty()) {
        decision.next.control_number = request.control_number;
    }
    if (request.ask == Ask::chargeback) {
        decision.money = MoneyAct::revert;
        decision.event = Event::incoming_chargeback;
        return decision;
    }
    decision.money = money_at(standing->type, rule.next);
    decision.event = event_at(standing->type, rule.next);
    return decision;
}

}  // namespace belay::transfers
