// The lifecycles of transfers: the tables, walked whole, and what a move does.
#include <boost/test/unit_test.hpp>

#include "core/transfers/decide.hpp"

namespace belay::transfers {
namespace {

using job::Verdict;

constexpr WallTime start(Milliseconds(1'795'000'000'000));
constexpr std::array types{Type::ted_out, Type::p2p, Type::ted_in};

Transfer transfer_in(Type type, Phase phase) {
    Transfer transfer;
    transfer.type = type;
    transfer.amount = {100'000};
    transfer.fee = {200};
    transfer.enter(phase, start, {});
    return transfer;
}

Decision ask(Type type, Phase phase, Ask asked) {
    const Transfer transfer = transfer_in(type, phase);
    return decide(&transfer, {.ask = asked, .reason = "so"}, start + Milliseconds(1));
}

BOOST_AUTO_TEST_SUITE(transfer_life)

// transfers.md 2.4, written a second time by hand: every move that there is.
BOOST_AUTO_TEST_CASE(every_phase_and_ask_is_as_the_contract_says) {
    struct Step {
        Type type;
        Phase from;
        Ask ask;
        Phase to;
    };
    using enum Phase;
    constexpr std::array steps{Step{Type::ted_out, absent, Ask::process, created},
                               Step{Type::ted_out, created, Ask::submit, pending},
                               Step{Type::ted_out, created, Ask::cancel, cancelled},
                               Step{Type::ted_out, pending, Ask::accept, processing},
                               Step{Type::ted_out, pending, Ask::reject, rejected},
                               Step{Type::ted_out, pending, Ask::fail, failed},
                               Step{Type::ted_out, pending, Ask::cancel, cancelled},
                               Step{Type::ted_out, processing, Ask::complete, completed},
                               Step{Type::ted_out, processing, Ask::reject, rejected},
                               Step{Type::ted_out, processing, Ask::fail, failed},
                               Step{Type::p2p, absent, Ask::process, created},
                               Step{Type::p2p, created, Ask::accept, processing},
                               Step{Type::p2p, created, Ask::cancel, cancelled},
                               Step{Type::p2p, processing, Ask::complete, completed},
                               Step{Type::p2p, processing, Ask::fail, failed},
                               Step{Type::ted_in, absent, Ask::receive, received},
                               Step{Type::ted_in, received, Ask::accept, processing},
                               Step{Type::ted_in, processing, Ask::complete, completed},
                               Step{Type::ted_in, processing, Ask::fail, failed},
                               Step{Type::ted_in, completed, Ask::chargeback, failed}};
    std::size_t moving = 0;
    for (const Type type : types) {
        for (std::size_t phase = 0; phase < Rules::phases; ++phase) {
            for (std::size_t asked = 0; asked < Rules::asks; ++asked) {
                const auto from = static_cast<Phase>(phase);
                const auto what = static_cast<Ask>(asked);
                const job::Rule<Phase> rule = rules_of(type).at(from, what);
                const auto* const step =
                    std::find_if(steps.begin(), steps.end(), [&](const Step& each) {
                        return each.type == type && each.from == from && each.ask == what;
                    });
                BOOST_TEST(job::moves(rule.verdict) == (step != steps.end()));
                BOOST_TEST((rule.next == (step != steps.end() ? step->to : from)));
                moving += step != steps.end() ? 1U : 0U;
            }
        }
    }
    BOOST_TEST(moving == steps.size());
}

BOOST_AUTO_TEST_CASE(nothing_leaves_cancelled) {
    for (const Type type : types) {
        for (std::size_t asked = 0; asked < Rules::asks; ++asked) {
            const Decision decision = ask(type, Phase::cancelled, static_cast<Ask>(asked));
            BOOST_TEST((decision.verdict == Verdict::already_ended));
            BOOST_TEST(!decision.money.has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(who_may_be_cancelled) {
    for (std::size_t phase = 0; phase < Rules::phases; ++phase) {
        const auto in = static_cast<Phase>(phase);
        const bool is_early = in == Phase::created || in == Phase::pending;
        BOOST_TEST(is_cancellable(Type::ted_out, in) == is_early);
        BOOST_TEST(is_cancellable(Type::p2p, in) == (in == Phase::created));
        BOOST_TEST(!is_cancellable(Type::ted_in, in));
    }
}

/// Along every path a hold ends exactly once: settled if the transfer completes, else released.
BOOST_AUTO_TEST_CASE(a_hold_ends_once) {
    for (const Type type : {Type::ted_out, Type::p2p}) {
        for (std::size_t phase = 1; phase < Rules::phases; ++phase) {
            for (std::size_t asked = 0; asked < Rules::asks; ++asked) {
                const auto from = static_cast<Phase>(phase);
                const Decision decision = ask(type, from, static_cast<Ask>(asked));
                const bool ends = job::moves(decision.verdict) && is_terminal(decision.next.phase);
                BOOST_TEST(decision.money.has_value() == ends);
                if (ends) {
                    const bool is_settled = decision.next.phase == Phase::completed;
                    BOOST_TEST(
                        (*decision.money == (is_settled ? MoneyAct::commit : MoneyAct::release)));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(inbound_money_comes_and_may_go_back) {
    const Decision completed = ask(Type::ted_in, Phase::processing, Ask::complete);
    BOOST_TEST((completed.money == MoneyAct::inflow));
    BOOST_TEST((completed.event == Event::incoming_completed));
    const Decision failed = ask(Type::ted_in, Phase::processing, Ask::fail);
    BOOST_TEST(!failed.money.has_value());
    const Decision charged = ask(Type::ted_in, Phase::completed, Ask::chargeback);
    BOOST_TEST((charged.money == MoneyAct::revert));
    BOOST_TEST((charged.event == Event::incoming_chargeback));
}

BOOST_AUTO_TEST_CASE(a_rail_that_contradicts_is_reported_and_moves_nothing) {
    for (const Ask asked : {Ask::accept, Ask::complete}) {
        const Decision decision = ask(Type::ted_out, Phase::cancelled, asked);
        BOOST_TEST((decision.verdict == Verdict::already_ended));
        BOOST_TEST((decision.event == Event::reconciliation_required));
    }
    BOOST_TEST(!ask(Type::ted_out, Phase::completed, Ask::complete).event.has_value());
    BOOST_TEST(!ask(Type::ted_out, Phase::cancelled, Ask::fail).event.has_value());
}

BOOST_AUTO_TEST_CASE(a_move_is_written_into_the_history_and_time_never_falls) {
    const Transfer transfer = transfer_in(Type::ted_out, Phase::created);
    const Decision decision = decide(&transfer, {.ask = Ask::cancel, .reason = "changed my mind"},
                                     start - Milliseconds(9));
    BOOST_REQUIRE(decision.next.history_count == 2U);
    BOOST_TEST(
        (decision.next.history()[1] == HistoryEntry{Phase::cancelled, start, "changed my mind"}));
    BOOST_TEST((decision.next.entered(Phase::cancelled) == start));
    BOOST_TEST(!decision.next.entered(Phase::pending).has_value());
    const Transfer pending = transfer_in(Type::ted_out, Phase::pending);
    BOOST_TEST(decide(&pending, {.ask = Ask::accept, .control_number = "STR2026"}, start)
                   .next.control_number == "STR2026");
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_found) {
    BOOST_TEST((decide(nullptr, {}, start).verdict == Verdict::not_found));
}

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    Transfer transfer = transfer_in(Type::p2p, Phase::created);
    transfer.counterparty = {"00000000", "0001", "1234567890", "CACC", "João", "12345678901"};
    transfer.metadata = R"({"a":1})";
    transfer.counted_on = Day(std::chrono::days(20'000));
    transfer.enter(Phase::cancelled, start, "why");
    std::string bytes;
    encode(transfer, bytes);
    const Transfer read = decode_transfer(as_byte_span(bytes)).value();
    BOOST_TEST((read.counterparty == transfer.counterparty));
    BOOST_TEST((read.counted_on == transfer.counted_on));
    BOOST_TEST((read.phase == Phase::cancelled));
    std::string again;
    encode(read, again);
    BOOST_TEST(again == bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_transfer(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::transfers
