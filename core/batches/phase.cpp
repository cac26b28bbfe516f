#include "core/batches/phase.hpp"

#include <array>

namespace belay::batches {
namespace {

using enum Phase;
using job::Verdict;
using Line = job::RuleLine<Phase, Ask>;

// Read a block as: in this phase, this ask is answered so, and leaves the job in that phase. Out of
// cancelling there is one way only.
// clang-format off
constexpr Rules table(std::array<Line, Rules::phases * Rules::asks>{{
    {absent,            Ask::create,     Verdict::applied,       ready_for_upload},
    {absent,            Ask::validate,   Verdict::not_found,     absent},
    {absent,            Ask::run,        Verdict::not_found,     absent},
    {absent,            Ask::claim,      Verdict::not_found,     absent},
    {absent,            Ask::progress,   Verdict::not_found,     absent},
    {absent,            Ask::pass,       Verdict::not_found,     absent},
    {absent,            Ask::refuse,     Verdict::not_found,     absent},
    {absent,            Ask::finish,     Verdict::not_found,     absent},
    {absent,            Ask::settle,     Verdict::not_found,     absent},
    {absent,            Ask::fail,       Verdict::not_found,     absent},
    {absent,            Ask::cancel,     Verdict::not_found,     absent},
    {absent,            Ask::end_window, Verdict::not_found,     absent},
    {absent,            Ask::end_time,   Verdict::not_found,     absent},
    {absent,            Ask::remove,     Verdict::not_found,     absent},

    {ready_for_upload,  Ask::create,     Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::validate,   Verdict::applied,       validating},
    {ready_for_upload,  Ask::run,        Verdict::applied,       in_progress},
    {ready_for_upload,  Ask::claim,      Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::progress,   Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::pass,       Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::refuse,     Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::finish,     Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::settle,     Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::fail,       Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::cancel,     Verdict::applied,       canceled},
    {ready_for_upload,  Ask::end_window, Verdict::applied,       upload_timeout},
    {ready_for_upload,  Ask::end_time,   Verdict::wrong_phase,   ready_for_upload},
    {ready_for_upload,  Ask::remove,     Verdict::wrong_phase,   ready_for_upload},

    {validating,        Ask::create,     Verdict::wrong_phase,   validating},
    {validating,        Ask::validate,   Verdict::wrong_phase,   validating},
    {validating,        Ask::run,        Verdict::wrong_phase,   validating},
    {validating,        Ask::claim,      Verdict::applied,       validating},
    {validating,        Ask::progress,   Verdict::applied,       validating},
    {validating,        Ask::pass,       Verdict::applied,       in_progress},
    {validating,        Ask::refuse,     Verdict::applied,       validation_failed},
    {validating,        Ask::finish,     Verdict::wrong_phase,   validating},
    {validating,        Ask::settle,     Verdict::wrong_phase,   validating},
    {validating,        Ask::fail,       Verdict::applied,       batch_failed},
    {validating,        Ask::cancel,     Verdict::applied,       cancelling},
    {validating,        Ask::end_window, Verdict::wrong_phase,   validating},
    {validating,        Ask::end_time,   Verdict::applied,       timeout},
    {validating,        Ask::remove,     Verdict::wrong_phase,   validating},

    {in_progress,       Ask::create,     Verdict::wrong_phase,   in_progress},
    {in_progress,       Ask::validate,   Verdict::wrong_phase,   in_progress},
    {in_progress,       Ask::run,        Verdict::wrong_phase,   in_progress},
    {in_progress,       Ask::claim,      Verdict::applied,       in_progress},
    {in_progress,       Ask::progress,   Verdict::applied,       in_progress},
    {in_progress,       Ask::pass,       Verdict::wrong_phase,   in_progress},
    {in_progress,       Ask::refuse,     Verdict::wrong_phase,   in_progress},
    {in_progress,       Ask::finish,     Verdict::applied,       complete},
    {in_progress,       Ask::settle,     Verdict::wrong_phase,   in_progress},
    {in_progress,       Ask::fail,       Verdict::applied,       batch_failed},
    {in_progress,       Ask::cancel,     Verdict::applied,       cancelling},
    {in_progress,       Ask::end_window, Verdict::wrong_phase,   in_progress},
    {in_progress,       Ask::end_time,   Verdict::applied,       timeout},
    {in_progress,       Ask::remove,     Verdict::wrong_phase,   in_progress},

    {cancelling,        Ask::create,     Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::validate,   Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::run,        Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::claim,      Verdict::applied,       cancelling},
    {cancelling,        Ask::progress,   Verdict::applied,       cancelling},
    {cancelling,        Ask::pass,       Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::refuse,     Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::finish,     Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::settle,     Verdict::applied,       canceled},
    {cancelling,        Ask::fail,       Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::cancel,     Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::end_window, Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::end_time,   Verdict::wrong_phase,   cancelling},
    {cancelling,        Ask::remove,     Verdict::wrong_phase,   cancelling},

    {complete,          Ask::create,     Verdict::already_ended, complete},
    {complete,          Ask::validate,   Verdict::already_ended, complete},
    {complete,          Ask::run,        Verdict::already_ended, complete},
    {complete,          Ask::claim,      Verdict::already_ended, complete},
    {complete,          Ask::progress,   Verdict::already_ended, complete},
    {complete,          Ask::pass,       Verdict::already_ended, complete},
    {complete,          Ask::refuse,     Verdict::already_ended, complete},
    {complete,          Ask::finish,     Verdict::already_ended, complete},
    {complete,          Ask::settle,     Verdict::already_ended, complete},
    {complete,          Ask::fail,       Verdict::already_ended, complete},
    {complete,          Ask::cancel,     Verdict::already_ended, complete},
    {complete,          Ask::end_window, Verdict::already_ended, complete},
    {complete,          Ask::end_time,   Verdict::already_ended, complete},
    {complete,          Ask::remove,     Verdict::applied,       absent},

    {canceled,          Ask::create,     Verdict::already_ended, canceled},
    {canceled,          Ask::validate,   Verdict::already_ended, canceled},
    {canceled,          Ask::run,        Verdict::already_ended, canceled},
    {canceled,          Ask::claim,      Verdict::already_ended, canceled},
    {canceled,          Ask::progress,   Verdict::already_ended, canceled},
    {canceled,          Ask::pass,       Verdict::already_ended, canceled},
    {canceled,          Ask::refuse,     Verdict::already_ended, canceled},
    {canceled,          Ask::finish,     Verdict::already_ended, canceled},
    {canceled,          Ask::settle,     Verdict::already_ended, canceled},
    {canceled,          Ask::fail,       Verdict::already_ended, canceled},
    {canceled,          Ask::cancel,     Verdict::already_ended, canceled},
    {canceled,          Ask::end_window, Verdict::already_ended, canceled},
    {canceled,          Ask::end_time,   Verdict::already_ended, canceled},
    {canceled,          Ask::remove,     Verdict::applied,       absent},

    {validation_failed, Ask::create,     Verdict::already_ended, validation_failed},
    {validation_failed, Ask::validate,   Verdict::already_ended, validation_failed},
    {validation_failed, Ask::run,        Verdict::already_ended, validation_failed},
    {validation_failed, Ask::claim,      Verdict::already_ended, validation_failed},
    {validation_failed, Ask::progress,   Verdict::already_ended, validation_failed},
    {validation_failed, Ask::pass,       Verdict::already_ended, validation_failed},
    {validation_failed, Ask::refuse,     Verdict::already_ended, validation_failed},
    {validation_failed, Ask::finish,     Verdict::already_ended, validation_failed},
    {validation_failed, Ask::settle,     Verdict::already_ended, validation_failed},
    {validation_failed, Ask::fail,       Verdict::already_ended, validation_failed},
    {validation_failed, Ask::cancel,     Verdict::already_ended, validation_failed},
    {validation_failed, Ask::end_window, Verdict::already_ended, validation_failed},
    {validation_failed, Ask::end_time,   Verdict::already_ended, validation_failed},
    {validation_failed, Ask::remove,     Verdict::applied,       absent},

    {batch_failed,      Ask::create,     Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::validate,   Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::run,        Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::claim,      Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::progress,   Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::pass,       Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::refuse,     Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::finish,     Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::settle,     Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::fail,       Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::cancel,     Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::end_window, Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::end_time,   Verdict::already_ended, batch_failed},
    {batch_failed,      Ask::remove,     Verdict::applied,       absent},

    {upload_timeout,    Ask::create,     Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::validate,   Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::run,        Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::claim,      Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::progress,   Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::pass,       Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::refuse,     Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::finish,     Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::settle,     Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::fail,       Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::cancel,     Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::end_window, Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::end_time,   Verdict::already_ended, upload_timeout},
    {upload_timeout,    Ask::remove,     Verdict::applied,       absent},

    {timeout,           Ask::create,     Verdict::already_ended, timeout},
    {timeout,           Ask::validate,   Verdict::already_ended, timeout},
    {timeout,           Ask::run,        Verdict::already_ended, timeout},
    {timeout,           Ask::claim,      Verdict::already_ended, timeout},
    {timeout,           Ask::progress,   Verdict::already_ended, timeout},
    {timeout,           Ask::pass,       Verdict::already_ended, timeout},
    {timeout,           Ask::refuse,     Verdict::already_ended, timeout},
    {timeout,           Ask::finish,     Verdict::already_ended, timeout},
    {timeout,           Ask::settle,     Verdict::already_ended, timeout},
    {timeout,           Ask::fail,       Verdict::already_ended, timeout},
    {timeout,           Ask::cancel,     Verdict::already_ended, timeout},
    {timeout,           Ask::end_window, Verdict::already_ended, timeout},
    {timeout,           Ask::end_time,   Verdict::already_ended, timeout},
    {timeout,           Ask::remove,     Verdict::applied,       absent},
}});
// clang-format on

constexpr std::array<std::string_view, Rules::phases> names{
    "",         "ready_for_upload",  "validating",   "in_progress",    "cancelling", "complete",
    "canceled", "validation_failed", "batch_failed", "upload_timeout", "timeout"};

}  // namespace

const Rules& rules = table;

std::string_view name_of(Phase phase) noexcept {
    return names[static_cast<std::size_t>(phase)];
}

bool is_terminal(Phase phase) noexcept {
    return phase >= complete && phase < count_;
}

bool is_running(Phase phase) noexcept {
    return phase == validating || phase == in_progress || phase == cancelling;
}

}  // namespace belay::batches
