#include "core/transfers/phase.hpp"

#include <algorithm>
#include <array>

namespace belay::transfers {
namespace {

using enum Phase;
using job::Verdict;
using Line = job::RuleLine<Phase, Ask>;

// Read a block as: in this phase, this ask is answered so, and leaves the transfer in that phase.
// clang-format off
constexpr Rules ted_out_table(std::array<Line, Rules::phases * Rules::asks>{{
    {absent,     Ask::process,    Verdict::applied,       created},
    {absent,     Ask::receive,    Verdict::not_found,     absent},
    {absent,     Ask::submit,     Verdict::not_found,     absent},
    {absent,     Ask::accept,     Verdict::not_found,     absent},
    {absent,     Ask::complete,   Verdict::not_found,     absent},
    {absent,     Ask::reject,     Verdict::not_found,     absent},
    {absent,     Ask::fail,       Verdict::not_found,     absent},
    {absent,     Ask::cancel,     Verdict::not_found,     absent},
    {absent,     Ask::chargeback, Verdict::not_found,     absent},

    {created,    Ask::process,    Verdict::wrong_phase,   created},
    {created,    Ask::receive,    Verdict::wrong_phase,   created},
    {created,    Ask::submit,     Verdict::applied,       pending},
    {created,    Ask::accept,     Verdict::wrong_phase,   created},
    {created,    Ask::complete,   Verdict::wrong_phase,   created},
    {created,    Ask::reject,     Verdict::wrong_phase,   created},
    {created,    Ask::fail,       Verdict::wrong_phase,   created},
    {created,    Ask::cancel,     Verdict::applied,       cancelled},
    {created,    Ask::chargeback, Verdict::wrong_phase,   created},

    {pending,    Ask::process,    Verdict::wrong_phase,   pending},
    {pending,    Ask::receive,    Verdict::wrong_phase,   pending},
    {pending,    Ask::submit,     Verdict::wrong_phase,   pending},
    {pending,    Ask::accept,     Verdict::applied,       processing},
    {pending,    Ask::complete,   Verdict::wrong_phase,   pending},
    {pending,    Ask::reject,     Verdict::applied,       rejected},
    {pending,    Ask::fail,       Verdict::applied,       failed},
    {pending,    Ask::cancel,     Verdict::applied,       cancelled},
    {pending,    Ask::chargeback, Verdict::wrong_phase,   pending},

    {processing, Ask::process,    Verdict::wrong_phase,   processing},
    {processing, Ask::receive,    Verdict::wrong_phase,   processing},
    {processing, Ask::submit,     Verdict::wrong_phase,   processing},
    {processing, Ask::accept,     Verdict::wrong_phase,   processing},
    {processing, Ask::complete,   Verdict::applied,       completed},
    {processing, Ask::reject,     Verdict::applied,       rejected},
    {processing, Ask::fail,       Verdict::applied,       failed},
    {processing, Ask::cancel,     Verdict::wrong_phase,   processing},
    {processing, Ask::chargeback, Verdict::wrong_phase,   processing},

    {completed,  Ask::process,    Verdict::already_ended, completed},
    {completed,  Ask::receive,    Verdict::already_ended, completed},
    {completed,  Ask::submit,     Verdict::already_ended, completed},
    {completed,  Ask::accept,     Verdict::already_ended, completed},
    {completed,  Ask::complete,   Verdict::already_ended, completed},
    {completed,  Ask::reject,     Verdict::already_ended, completed},
    {completed,  Ask::fail,       Verdict::already_ended, completed},
    {completed,  Ask::cancel,     Verdict::already_ended, completed},
    {completed,  Ask::chargeback, Verdict::already_ended, completed},

    {rejected,   Ask::process,    Verdict::already_ended, rejected},
    {rejected,   Ask::receive,    Verdict::already_ended, rejected},
    {rejected,   Ask::submit,     Verdict::already_ended, rejected},
    {rejected,   Ask::accept,     Verdict::already_ended, rejected},
    {rejected,   Ask::complete,   Verdict::already_ended, rejected},
    {rejected,   Ask::reject,     Verdict::already_ended, rejected},
    {rejected,   Ask::fail,       Verdict::already_ended, rejected},
    {rejected,   Ask::cancel,     Verdict::already_ended, rejected},
    {rejected,   Ask::chargeback, Verdict::already_ended, rejected},

    {failed,     Ask::process,    Verdict::already_ended, failed},
    {failed,     Ask::receive,    Verdict::already_ended, failed},
    {failed,     Ask::submit,     Verdict::already_ended, failed},
    {failed,     Ask::accept,     Verdict::already_ended, failed},
    {failed,     Ask::complete,   Verdict::already_ended, failed},
    {failed,     Ask::reject,     Verdict::already_ended, failed},
    {failed,     Ask::fail,       Verdict::already_ended, failed},
    {failed,     Ask::cancel,     Verdict::already_ended, failed},
    {failed,     Ask::chargeback, Verdict::already_ended, failed},

    {cancelled,  Ask::process,    Verdict::already_ended, cancelled},
    {cancelled,  Ask::receive,    Verdict::already_ended, cancelled},
    {cancelled,  Ask::submit,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::accept,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::complete,   Verdict::already_ended, cancelled},
    {cancelled,  Ask::reject,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::fail,       Verdict::already_ended, cancelled},
    {cancelled,  Ask::cancel,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::chargeback, Verdict::already_ended, cancelled},

    {received,   Ask::process,    Verdict::wrong_phase,   received},
    {received,   Ask::receive,    Verdict::wrong_phase,   received},
    {received,   Ask::submit,     Verdict::wrong_phase,   received},
    {received,   Ask::accept,     Verdict::wrong_phase,   received},
    {received,   Ask::complete,   Verdict::wrong_phase,   received},
    {received,   Ask::reject,     Verdict::wrong_phase,   received},
    {received,   Ask::fail,       Verdict::wrong_phase,   received},
    {received,   Ask::cancel,     Verdict::wrong_phase,   received},
    {received,   Ask::chargeback, Verdict::wrong_phase,   received},
}});

constexpr Rules p2p_table(std::array<Line, Rules::phases * Rules::asks>{{
    {absent,     Ask::process,    Verdict::applied,       created},
    {absent,     Ask::receive,    Verdict::not_found,     absent},
    {absent,     Ask::submit,     Verdict::not_found,     absent},
    {absent,     Ask::accept,     Verdict::not_found,     absent},
    {absent,     Ask::complete,   Verdict::not_found,     absent},
    {absent,     Ask::reject,     Verdict::not_found,     absent},
    {absent,     Ask::fail,       Verdict::not_found,     absent},
    {absent,     Ask::cancel,     Verdict::not_found,     absent},
    {absent,     Ask::chargeback, Verdict::not_found,     absent},

    {created,    Ask::process,    Verdict::wrong_phase,   created},
    {created,    Ask::receive,    Verdict::wrong_phase,   created},
    {created,    Ask::submit,     Verdict::wrong_phase,   created},
    {created,    Ask::accept,     Verdict::applied,       processing},
    {created,    Ask::complete,   Verdict::wrong_phase,   created},
    {created,    Ask::reject,     Verdict::wrong_phase,   created},
    {created,    Ask::fail,       Verdict::wrong_phase,   created},
    {created,    Ask::cancel,     Verdict::applied,       cancelled},
    {created,    Ask::chargeback, Verdict::wrong_phase,   created},

    {pending,    Ask::process,    Verdict::wrong_phase,   pending},
    {pending,    Ask::receive,    Verdict::wrong_phase,   pending},
    {pending,    Ask::submit,     Verdict::wrong_phase,   pending},
    {pending,    Ask::accept,     Verdict::wrong_phase,   pending},
    {pending,    Ask::complete,   Verdict::wrong_phase,   pending},
    {pending,    Ask::reject,     Verdict::wrong_phase,   pending},
    {pending,    Ask::fail,       Verdict::wrong_phase,   pending},
    {pending,    Ask::cancel,     Verdict::wrong_phase,   pending},
    {pending,    Ask::chargeback, Verdict::wrong_phase,   pending},

    {processing, Ask::process,    Verdict::wrong_phase,   processing},
    {processing, Ask::receive,    Verdict::wrong_phase,   processing},
    {processing, Ask::submit,     Verdict::wrong_phase,   processing},
    {processing, Ask::accept,     Verdict::wrong_phase,   processing},
    {processing, Ask::complete,   Verdict::applied,       completed},
    {processing, Ask::reject,     Verdict::wrong_phase,   processing},
    {processing, Ask::fail,       Verdict::applied,       failed},
    {processing, Ask::cancel,     Verdict::wrong_phase,   processing},
    {processing, Ask::chargeback, Verdict::wrong_phase,   processing},

    {completed,  Ask::process,    Verdict::already_ended, completed},
    {completed,  Ask::receive,    Verdict::already_ended, completed},
    {completed,  Ask::submit,     Verdict::already_ended, completed},
    {completed,  Ask::accept,     Verdict::already_ended, completed},
    {completed,  Ask::complete,   Verdict::already_ended, completed},
    {completed,  Ask::reject,     Verdict::already_ended, completed},
    {completed,  Ask::fail,       Verdict::already_ended, completed},
    {completed,  Ask::cancel,     Verdict::already_ended, completed},
    {completed,  Ask::chargeback, Verdict::already_ended, completed},

    {rejected,   Ask::process,    Verdict::already_ended, rejected},
    {rejected,   Ask::receive,    Verdict::already_ended, rejected},
    {rejected,   Ask::submit,     Verdict::already_ended, rejected},
    {rejected,   Ask::accept,     Verdict::already_ended, rejected},
    {rejected,   Ask::complete,   Verdict::already_ended, rejected},
    {rejected,   Ask::reject,     Verdict::already_ended, rejected},
    {rejected,   Ask::fail,       Verdict::already_ended, rejected},
    {rejected,   Ask::cancel,     Verdict::already_ended, rejected},
    {rejected,   Ask::chargeback, Verdict::already_ended, rejected},

    {failed,     Ask::process,    Verdict::already_ended, failed},
    {failed,     Ask::receive,    Verdict::already_ended, failed},
    {failed,     Ask::submit,     Verdict::already_ended, failed},
    {failed,     Ask::accept,     Verdict::already_ended, failed},
    {failed,     Ask::complete,   Verdict::already_ended, failed},
    {failed,     Ask::reject,     Verdict::already_ended, failed},
    {failed,     Ask::fail,       Verdict::already_ended, failed},
    {failed,     Ask::cancel,     Verdict::already_ended, failed},
    {failed,     Ask::chargeback, Verdict::already_ended, failed},

    {cancelled,  Ask::process,    Verdict::already_ended, cancelled},
    {cancelled,  Ask::receive,    Verdict::already_ended, cancelled},
    {cancelled,  Ask::submit,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::accept,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::complete,   Verdict::already_ended, cancelled},
    {cancelled,  Ask::reject,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::fail,       Verdict::already_ended, cancelled},
    {cancelled,  Ask::cancel,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::chargeback, Verdict::already_ended, cancelled},

    {received,   Ask::process,    Verdict::wrong_phase,   received},
    {received,   Ask::receive,    Verdict::wrong_phase,   received},
    {received,   Ask::submit,     Verdict::wrong_phase,   received},
    {received,   Ask::accept,     Verdict::wrong_phase,   received},
    {received,   Ask::complete,   Verdict::wrong_phase,   received},
    {received,   Ask::reject,     Verdict::wrong_phase,   received},
    {received,   Ask::fail,       Verdict::wrong_phase,   received},
    {received,   Ask::cancel,     Verdict::wrong_phase,   received},
    {received,   Ask::chargeback, Verdict::wrong_phase,   received},
}});

constexpr Rules ted_in_table(std::array<Line, Rules::phases * Rules::asks>{{
    {absent,     Ask::process,    Verdict::not_found,     absent},
    {absent,     Ask::receive,    Verdict::applied,       received},
    {absent,     Ask::submit,     Verdict::not_found,     absent},
    {absent,     Ask::accept,     Verdict::not_found,     absent},
    {absent,     Ask::complete,   Verdict::not_found,     absent},
    {absent,     Ask::reject,     Verdict::not_found,     absent},
    {absent,     Ask::fail,       Verdict::not_found,     absent},
    {absent,     Ask::cancel,     Verdict::not_found,     absent},
    {absent,     Ask::chargeback, Verdict::not_found,     absent},

    {created,    Ask::process,    Verdict::wrong_phase,   created},
    {created,    Ask::receive,    Verdict::wrong_phase,   created},
    {created,    Ask::submit,     Verdict::wrong_phase,   created},
    {created,    Ask::accept,     Verdict::wrong_phase,   created},
    {created,    Ask::complete,   Verdict::wrong_phase,   created},
    {created,    Ask::reject,     Verdict::wrong_phase,   created},
    {created,    Ask::fail,       Verdict::wrong_phase,   created},
    {created,    Ask::cancel,     Verdict::wrong_phase,   created},
    {created,    Ask::chargeback, Verdict::wrong_phase,   created},

    {pending,    Ask::process,    Verdict::wrong_phase,   pending},
    {pending,    Ask::receive,    Verdict::wrong_phase,   pending},
    {pending,    Ask::submit,     Verdict::wrong_phase,   pending},
    {pending,    Ask::accept,     Verdict::wrong_phase,   pending},
    {pending,    Ask::complete,   Verdict::wrong_phase,   pending},
    {pending,    Ask::reject,     Verdict::wrong_phase,   pending},
    {pending,    Ask::fail,       Verdict::wrong_phase,   pending},
    {pending,    Ask::cancel,     Verdict::wrong_phase,   pending},
    {pending,    Ask::chargeback, Verdict::wrong_phase,   pending},

    {processing, Ask::process,    Verdict::wrong_phase,   processing},
    {processing, Ask::receive,    Verdict::wrong_phase,   processing},
    {processing, Ask::submit,     Verdict::wrong_phase,   processing},
    {processing, Ask::accept,     Verdict::wrong_phase,   processing},
    {processing, Ask::complete,   Verdict::applied,       completed},
    {processing, Ask::reject,     Verdict::wrong_phase,   processing},
    {processing, Ask::fail,       Verdict::applied,       failed},
    {processing, Ask::cancel,     Verdict::wrong_phase,   processing},
    {processing, Ask::chargeback, Verdict::wrong_phase,   processing},

    {completed,  Ask::process,    Verdict::already_ended, completed},
    {completed,  Ask::receive,    Verdict::already_ended, completed},
    {completed,  Ask::submit,     Verdict::already_ended, completed},
    {completed,  Ask::accept,     Verdict::already_ended, completed},
    {completed,  Ask::complete,   Verdict::already_ended, completed},
    {completed,  Ask::reject,     Verdict::already_ended, completed},
    {completed,  Ask::fail,       Verdict::already_ended, completed},
    {completed,  Ask::cancel,     Verdict::already_ended, completed},
    {completed,  Ask::chargeback, Verdict::applied,       failed},

    {rejected,   Ask::process,    Verdict::already_ended, rejected},
    {rejected,   Ask::receive,    Verdict::already_ended, rejected},
    {rejected,   Ask::submit,     Verdict::already_ended, rejected},
    {rejected,   Ask::accept,     Verdict::already_ended, rejected},
    {rejected,   Ask::complete,   Verdict::already_ended, rejected},
    {rejected,   Ask::reject,     Verdict::already_ended, rejected},
    {rejected,   Ask::fail,       Verdict::already_ended, rejected},
    {rejected,   Ask::cancel,     Verdict::already_ended, rejected},
    {rejected,   Ask::chargeback, Verdict::already_ended, rejected},

    {failed,     Ask::process,    Verdict::already_ended, failed},
    {failed,     Ask::receive,    Verdict::already_ended, failed},
    {failed,     Ask::submit,     Verdict::already_ended, failed},
    {failed,     Ask::accept,     Verdict::already_ended, failed},
    {failed,     Ask::complete,   Verdict::already_ended, failed},
    {failed,     Ask::reject,     Verdict::already_ended, failed},
    {failed,     Ask::fail,       Verdict::already_ended, failed},
    {failed,     Ask::cancel,     Verdict::already_ended, failed},
    {failed,     Ask::chargeback, Verdict::already_ended, failed},

    {cancelled,  Ask::process,    Verdict::already_ended, cancelled},
    {cancelled,  Ask::receive,    Verdict::already_ended, cancelled},
    {cancelled,  Ask::submit,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::accept,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::complete,   Verdict::already_ended, cancelled},
    {cancelled,  Ask::reject,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::fail,       Verdict::already_ended, cancelled},
    {cancelled,  Ask::cancel,     Verdict::already_ended, cancelled},
    {cancelled,  Ask::chargeback, Verdict::already_ended, cancelled},

    {received,   Ask::process,    Verdict::wrong_phase,   received},
    {received,   Ask::receive,    Verdict::wrong_phase,   received},
    {received,   Ask::submit,     Verdict::wrong_phase,   received},
    {received,   Ask::accept,     Verdict::applied,       processing},
    {received,   Ask::complete,   Verdict::wrong_phase,   received},
    {received,   Ask::reject,     Verdict::wrong_phase,   received},
    {received,   Ask::fail,       Verdict::wrong_phase,   received},
    {received,   Ask::cancel,     Verdict::wrong_phase,   received},
    {received,   Ask::chargeback, Verdict::wrong_phase,   received},
}});

// clang-format on

constexpr std::array<std::string_view, Rules::phases> phase_names{
    "",         "CREATED", "PENDING",   "PROCESSING", "COMPLETED",
    "REJECTED", "FAILED",  "CANCELLED", "RECEIVED"};

constexpr std::array<std::string_view, 4> type_names{"", "TED_OUT", "P2P", "TED_IN"};

/// The number of a name, which is never empty.
template <std::size_t Count>
std::optional<std::uint8_t> number_of(const std::array<std::string_view, Count>& names,
                                      std::string_view name) noexcept {
    const auto found = std::find(names.begin() + 1, names.end(), name);
    if (found == names.end()) {
        return std::nullopt;
    }
    return static_cast<std::uint8_t>(found - names.begin());
}

}  // namespace

const Rules& rules_of(Type type) noexcept {
    switch (type) {
        case Type::p2p:
            return p2p_table;
        case Type::ted_in:
            return ted_in_table;
        case Type::ted_out:
            break;
    }
    return ted_out_table;
}

std::string_view name_of(Phase phase) noexcept {
    return phase_names[static_cast<std::size_t>(phase)];
}

std::string_view name_of(Type type) noexcept {
    return type_names[static_cast<std::size_t>(type)];
}

std::optional<Phase> phase_named(std::string_view name) noexcept {
    const auto number = number_of(phase_names, name);
    return number ? std::optional(static_cast<Phase>(*number)) : std::nullopt;
}

std::optional<Type> type_named(std::string_view name) noexcept {
    const auto number = number_of(type_names, name);
    return number ? std::optional(static_cast<Type>(*number)) : std::nullopt;
}

bool is_terminal(Phase phase) noexcept {
    return phase == completed || phase == rejected || phase == failed || phase == cancelled;
}

bool is_cancellable(Type type, Phase phase) noexcept {
    return job::moves(rules_of(type).at(phase, Ask::cancel).verdict);
}

}  // namespace belay::transfers
