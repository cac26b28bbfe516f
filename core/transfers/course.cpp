#include "core/transfers/course.hpp"

namespace belay::transfers {
namespace {

/// Between two looks at a transfer whose ledger has not answered.
constexpr Milliseconds intent_look = std::chrono::seconds(5);

/// The ask, when the transfer has been in its phase for so long.
Step ask_after(const Transfer& transfer, Milliseconds delay, Ask ask, WallTime now) {
    // A delay is bounded by the settings, the time by the clock: their sum is far from overflow.
    const WallTime due = transfer.entered(transfer.phase).value_or(transfer.updated) + delay;
    return {now < due ? Step::Kind::wait : Step::Kind::ask, ask, due};
}

}  // namespace

Step next_step(const Transfer& transfer, const Pace& pace, WallTime now) {
    if (transfer.intent) {
        // Another ledger is asked; whoever asks it says when there is an answer.
        return {Step::Kind::wait, transfer.intent->ask, now + intent_look};
    }
    const bool needs_rail = transfer.type == Type::ted_out;
    switch (transfer.phase) {
        case Phase::created:
            return ask_after(transfer, pace.submit_delay, needs_rail ? Ask::submit : Ask::accept,
                             now);
        case Phase::pending:
            return {Step::Kind::send, Ask::accept, now};
        case Phase::received:
            return {Step::Kind::ask, Ask::accept, now};
        case Phase::processing:
            if (needs_rail) {
                return {Step::Kind::send, Ask::complete, now};
            }
            // Money for an account that nobody has goes back. (Another ledger knows it by its
            // alias.)
            return ask_after(transfer, pace.settle_delay,
                             transfer.recipient_account.is_nil() && !transfer.is_external
                                 ? Ask::fail
                                 : Ask::complete,
                             now);
        default:
            return {};
    }
}

}  // namespace belay::transfers
