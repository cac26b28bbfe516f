// Every answer that a decision about a job can have.
#pragma once

#include <cstdint>

namespace belay::job {

/// In order of precedence: a decision tests for them in this order and gives the first that holds.
enum class Verdict : std::uint8_t {
    /// The key was used before for another request; nothing is done.
    key_reused,
    /// The key was used before for this request: what was answered then is answered again.
    replayed,
    /// There is no such job, or it is another tenant's.
    not_found,
    /// The job has ended; no ask but expiry and removal moves it any more.
    already_ended,
    /// The job's phase, though not an end, does not take this ask.
    wrong_phase,
    /// The asker's fencing token is not that of the job's present lease.
    lease_lost,
    /// A timer asks before its time.
    not_due,
    /// The job moves to its next phase.
    applied,
};

/// Whether the job moves.
constexpr bool moves(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::applied:
            return true;
        case Verdict::key_reused:
        case Verdict::replayed:
        case Verdict::not_found:
        case Verdict::already_ended:
        case Verdict::wrong_phase:
        case Verdict::lease_lost:
        case Verdict::not_due:
            return false;
    }
    return false;
}

}  // namespace belay::job
