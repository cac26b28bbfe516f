// Transfers whose money another ledger holds (design 7): that ledger cannot move in the same log
// record as the transfer. An ask that moves money therefore comes in two transitions: the intent,
// logged before the ledger is asked, and the resolution, when the ledger has said what came of it.
// In between the transfer shows what it showed before, and takes no other ask.
#pragma once

#include <cstdint>

#include "core/transfers/decide.hpp"

namespace belay::transfers {

/// What the ledger has said in the end.
enum class Confirmation : std::uint8_t {
    done,
    /// A hold was not made: there is no such transfer.
    not_held,
    /// What was to be released was settled before, or the other way round.
    other_won,
    /// A hold that may have been made, and nobody will ever say.
    given_up,
};

struct ExternalDecision {
    Decision decision;
    /// An intent is open: whoever asks may come again soon. The verdict is then wrong_phase.
    bool is_busy = false;
    /// The verdict applies the ask, and `decision.next` is the transfer with its intent: it has not
    /// moved, and there is no event.
    bool is_opened = false;
};

/// As decide(), of a transfer that is external. Money moves by an intent only.
ExternalDecision decide_external(const Transfer& standing, const Request& request, WallTime now);

/// What becomes of the transfer when its intent, which it has, is resolved. not_held: the verdict
/// is not_found, and the transfer is to be removed. The money in the decision is what the ledger
/// has done already, or nothing.
Decision resolve(const Transfer& standing, Confirmation confirmation, WallTime now);

}  // namespace belay::transfers
