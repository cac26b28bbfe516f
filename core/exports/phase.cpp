#include "core/exports/phase.hpp"

namespace belay::exports {
namespace {

using enum Phase;
using job::Verdict;
using Line = job::RuleLine<Phase, Ask>;

// Read a block as: in this phase, this ask is answered so, and leaves the job in that phase.
// clang-format off
constexpr Rules table(std::array<Line, Rules::phases * Rules::asks>{{
    {absent,    Ask::create,   Verdict::applied,       queued},
    {absent,    Ask::claim,    Verdict::not_found,     absent},
    {absent,    Ask::progress, Verdict::not_found,     absent},
    {absent,    Ask::succeed,  Verdict::not_found,     absent},
    {absent,    Ask::retry,    Verdict::not_found,     absent},
    {absent,    Ask::fail,     Verdict::not_found,     absent},
    {absent,    Ask::release,  Verdict::not_found,     absent},
    {absent,    Ask::lapse,    Verdict::not_found,     absent},
    {absent,    Ask::cancel,   Verdict::not_found,     absent},
    {absent,    Ask::expire,   Verdict::not_found,     absent},
    {absent,    Ask::remove,   Verdict::not_found,     absent},

    {queued,    Ask::create,   Verdict::wrong_phase,   queued},
    {queued,    Ask::claim,    Verdict::applied,       running},
    {queued,    Ask::progress, Verdict::lease_lost,    queued},
    {queued,    Ask::succeed,  Verdict::lease_lost,    queued},
    {queued,    Ask::retry,    Verdict::lease_lost,    queued},
    {queued,    Ask::fail,     Verdict::lease_lost,    queued},
    {queued,    Ask::release,  Verdict::lease_lost,    queued},
    {queued,    Ask::lapse,    Verdict::wrong_phase,   queued},
    {queued,    Ask::cancel,   Verdict::applied,       canceled},
    {queued,    Ask::expire,   Verdict::applied,       expired},
    {queued,    Ask::remove,   Verdict::wrong_phase,   queued},

    {running,   Ask::create,   Verdict::wrong_phase,   running},
    {running,   Ask::claim,    Verdict::wrong_phase,   running},
    {running,   Ask::progress, Verdict::applied,       running},
    {running,   Ask::succeed,  Verdict::applied,       succeeded},
    {running,   Ask::retry,    Verdict::applied,       queued},
    {running,   Ask::fail,     Verdict::applied,       failed},
    {running,   Ask::release,  Verdict::applied,       queued},
    {running,   Ask::lapse,    Verdict::applied,       queued},
    {running,   Ask::cancel,   Verdict::applied,       canceled},
    {running,   Ask::expire,   Verdict::wrong_phase,   running},
    {running,   Ask::remove,   Verdict::wrong_phase,   running},

    {succeeded, Ask::create,   Verdict::already_ended, succeeded},
    {succeeded, Ask::claim,    Verdict::already_ended, succeeded},
    {succeeded, Ask::progress, Verdict::already_ended, succeeded},
    {succeeded, Ask::succeed,  Verdict::already_ended, succeeded},
    {succeeded, Ask::retry,    Verdict::already_ended, succeeded},
    {succeeded, Ask::fail,     Verdict::already_ended, succeeded},
    {succeeded, Ask::release,  Verdict::already_ended, succeeded},
    {succeeded, Ask::lapse,    Verdict::already_ended, succeeded},
    {succeeded, Ask::cancel,   Verdict::already_ended, succeeded},
    {succeeded, Ask::expire,   Verdict::applied,       expired},
    {succeeded, Ask::remove,   Verdict::applied,       absent},

    {failed,    Ask::create,   Verdict::already_ended, failed},
    {failed,    Ask::claim,    Verdict::already_ended, failed},
    {failed,    Ask::progress, Verdict::already_ended, failed},
    {failed,    Ask::succeed,  Verdict::already_ended, failed},
    {failed,    Ask::retry,    Verdict::already_ended, failed},
    {failed,    Ask::fail,     Verdict::already_ended, failed},
    {failed,    Ask::release,  Verdict::already_ended, failed},
    {failed,    Ask::lapse,    Verdict::already_ended, failed},
    {failed,    Ask::cancel,   Verdict::already_ended, failed},
    {failed,    Ask::expire,   Verdict::already_ended, failed},
    {failed,    Ask::remove,   Verdict::applied,       absent},

    {expired,   Ask::create,   Verdict::already_ended, expired},
    {expired,   Ask::claim,    Verdict::already_ended, expired},
    {expired,   Ask::progress, Verdict::already_ended, expired},
    {expired,   Ask::succeed,  Verdict::already_ended, expired},
    {expired,   Ask::retry,    Verdict::already_ended, expired},
    {expired,   Ask::fail,     Verdict::already_ended, expired},
    {expired,   Ask::release,  Verdict::already_ended, expired},
    {expired,   Ask::lapse,    Verdict::already_ended, expired},
    {expired,   Ask::cancel,   Verdict::already_ended, expired},
    {expired,   Ask::expire,   Verdict::already_ended, expired},
    {expired,   Ask::remove,   Verdict::applied,       absent},

    {canceled,  Ask::create,   Verdict::already_ended, canceled},
    {canceled,  Ask::claim,    Verdict::already_ended, canceled},
    {canceled,  Ask::progress, Verdict::already_ended, canceled},
    {canceled,  Ask::succeed,  Verdict::already_ended, canceled},
    {canceled,  Ask::retry,    Verdict::already_ended, canceled},
    {canceled,  Ask::fail,     Verdict::already_ended, canceled},
    {canceled,  Ask::release,  Verdict::already_ended, canceled},
    {canceled,  Ask::lapse,    Verdict::already_ended, canceled},
    {canceled,  Ask::cancel,   Verdict::already_ended, canceled},
    {canceled,  Ask::expire,   Verdict::already_ended, canceled},
    {canceled,  Ask::remove,   Verdict::applied,       absent},
}});
// clang-format on

constexpr std::array<std::string_view, Rules::phases> names{
    "", "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "EXPIRED", "CANCELED"};

}  // namespace

const Rules& rules = table;

std::string_view name_of(Phase phase) noexcept {
    return names[static_cast<std::size_t>(phase)];
}

std::optional<Phase> phase_named(std::string_view name) noexcept {
    for (std::size_t at = 1; at < names.size(); ++at) {
        if (names[at] == name) {
            return static_cast<Phase>(at);
        }
    }
    return std::nullopt;
}

bool is_terminal(Phase phase) noexcept {
    return phase == succeeded || phase == failed || phase == expired || phase == canceled;
}

}  // namespace belay::exports
