#include "core/ledger/phase.hpp"

namespace belay::ledger {
namespace {

using enum Phase;
using job::Verdict;
using Line = job::RuleLine<Phase, Ask>;

// clang-format off
constexpr Rules table(std::array<Line, Rules::phases * Rules::asks>{{
    {absent,   Ask::post,   Verdict::applied,       approved},
    {absent,   Ask::hold,   Verdict::applied,       pending},
    {absent,   Ask::commit, Verdict::not_found,     absent},
    {absent,   Ask::cancel, Verdict::not_found,     absent},

    {pending,  Ask::post,   Verdict::wrong_phase,   pending},
    {pending,  Ask::hold,   Verdict::wrong_phase,   pending},
    {pending,  Ask::commit, Verdict::applied,       approved},
    {pending,  Ask::cancel, Verdict::applied,       canceled},

    {approved, Ask::post,   Verdict::already_ended, approved},
    {approved, Ask::hold,   Verdict::already_ended, approved},
    {approved, Ask::commit, Verdict::already_ended, approved},
    {approved, Ask::cancel, Verdict::already_ended, approved},

    {canceled, Ask::post,   Verdict::already_ended, canceled},
    {canceled, Ask::hold,   Verdict::already_ended, canceled},
    {canceled, Ask::commit, Verdict::already_ended, canceled},
    {canceled, Ask::cancel, Verdict::already_ended, canceled},
}});
// clang-format on

constexpr std::array<std::string_view, Rules::phases> names{"", "PENDING", "APPROVED", "CANCELED"};

}  // namespace

const Rules& rules = table;

std::string_view name_of(Phase phase) noexcept {
    return names[static_cast<std::size_t>(phase)];
}

}  // namespace belay::ledger
