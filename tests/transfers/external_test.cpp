// Transfers whose money another ledger holds: what opens an intent, what an open one takes, and
// where each word of the ledger leads.
#include "core/transfers/external.hpp"

#include <array>

#include <boost/test/unit_test.hpp>

namespace belay::transfers {
namespace {

using job::Verdict;

constexpr WallTime start(Milliseconds(1'795'000'000'000));
constexpr WallTime later = start + Milliseconds(1000);
constexpr std::array outbound{Type::ted_out, Type::p2p};

Transfer external_in(Type type, Phase phase) {
    Transfer transfer;
    transfer.type = type;
    transfer.amount = {100'000};
    transfer.fee = {200};
    transfer.is_external = true;
    transfer.enter(phase, start, {});
    return transfer;
}

Transfer open_in(Type type, Phase phase, Ask ask) {
    Transfer transfer = external_in(type, phase);
    transfer.intent = Intent{ask, start, "so"};
    return transfer;
}

template <class Each>
void for_each_phase(Each each) {
    for (std::size_t phase = 1; phase < Rules::phases; ++phase) {
        each(static_cast<Phase>(phase));
    }
}

template <class Each>
void for_each_ask(Each each) {
    for (std::size_t ask = 0; ask < Rules::asks; ++ask) {
        each(static_cast<Ask>(ask));
    }
}

BOOST_AUTO_TEST_SUITE(external)

BOOST_AUTO_TEST_CASE(what_moves_money_opens_an_intent_and_all_else_is_as_ever) {
    for (const Type type : outbound) {
        for_each_phase([type](Phase phase) {
            for_each_ask([type, phase](Ask ask) {
                const Transfer standing = external_in(type, phase);
                const Request request{.ask = ask, .reason = "so"};
                const Decision usual = decide(&standing, request, later);
                const ExternalDecision made = decide_external(standing, request, later);
                BOOST_TEST((made.decision.verdict == usual.verdict));
                BOOST_TEST(!made.is_busy);
                BOOST_TEST(made.is_opened == usual.money.has_value());
                if (!made.is_opened) {
                    BOOST_TEST((made.decision.next.phase == usual.next.phase));
                    BOOST_TEST((made.decision.event == usual.event));
                    return;
                }
                BOOST_TEST((made.decision.next.phase == phase));
                BOOST_TEST((made.decision.next.intent == Intent{ask, later, "so"}));
                BOOST_TEST(made.decision.next.history_count == 1U);
                BOOST_TEST(!made.decision.event.has_value());
            });
        });
    }
}

BOOST_AUTO_TEST_CASE(an_open_intent_takes_no_other_ask) {
    for_each_ask([](Ask ask) {
        const Transfer standing = open_in(Type::ted_out, Phase::pending, Ask::cancel);
        const ExternalDecision made = decide_external(standing, {.ask = ask}, later);
        BOOST_TEST((made.decision.verdict == Verdict::wrong_phase));
        BOOST_TEST(made.is_busy);
        BOOST_TEST(!made.is_opened);
    });
}

BOOST_AUTO_TEST_CASE(a_transfer_that_may_hold_nothing_is_not_there) {
    const Transfer standing = open_in(Type::ted_out, Phase::created, Ask::process);
    BOOST_TEST(!standing.is_visible());
    BOOST_TEST(open_in(Type::ted_out, Phase::created, Ask::cancel).is_visible());
    for_each_ask([&](Ask ask) {
        const ExternalDecision made = decide_external(standing, {.ask = ask}, later);
        BOOST_TEST((made.decision.verdict == Verdict::not_found));
        BOOST_TEST(!made.is_busy);
    });
}

BOOST_AUTO_TEST_CASE(a_confirmed_intent_moves_as_the_ask_would_have) {
    for (const Type type : outbound) {
        for_each_phase([type](Phase phase) {
            for_each_ask([type, phase](Ask ask) {
                const Transfer standing = external_in(type, phase);
                const Request request{.ask = ask, .reason = "so"};
                const ExternalDecision opened = decide_external(standing, request, start);
                if (!opened.is_opened) {
                    return;
                }
                const Decision resolved = resolve(opened.decision.next, Confirmation::done, later);
                const Decision usual = decide(&standing, request, later);
                BOOST_TEST((resolved.verdict == Verdict::applied));
                BOOST_TEST((resolved.next.phase == usual.next.phase));
                BOOST_TEST((resolved.event == usual.event));
                BOOST_TEST((resolved.next.history()[1] == usual.next.history()[1]));
                BOOST_TEST(!resolved.next.intent.has_value());
            });
        });
    }
}

BOOST_AUTO_TEST_CASE(a_confirmed_hold_makes_the_transfer_visible) {
    const Decision resolved =
        resolve(open_in(Type::ted_out, Phase::created, Ask::process), Confirmation::done, later);
    BOOST_TEST((resolved.verdict == Verdict::applied));
    BOOST_TEST((resolved.next.phase == Phase::created));
    BOOST_TEST(resolved.next.is_visible());
    BOOST_TEST(resolved.next.history_count == 1U);
    BOOST_TEST((resolved.event == Event::processing));
}

BOOST_AUTO_TEST_CASE(without_a_hold_there_is_no_transfer) {
    const Decision resolved = resolve(open_in(Type::ted_out, Phase::created, Ask::process),
                                      Confirmation::not_held, later);
    BOOST_TEST((resolved.verdict == Verdict::not_found));
}

BOOST_AUTO_TEST_CASE(where_the_ledger_says_otherwise_the_transfer_goes_there_and_it_is_reported) {
    struct Line {
        Phase phase;
        Ask ask;
        Confirmation confirmation;
        Phase goes;
    };
    using enum Phase;
    for (const Line& line : {Line{created, Ask::process, Confirmation::given_up, failed},
                             Line{created, Ask::cancel, Confirmation::other_won, completed},
                             Line{pending, Ask::cancel, Confirmation::other_won, completed},
                             Line{pending, Ask::reject, Confirmation::other_won, completed},
                             Line{processing, Ask::fail, Confirmation::other_won, completed},
                             Line{processing, Ask::complete, Confirmation::other_won, failed}}) {
        const Decision resolved =
            resolve(open_in(Type::ted_out, line.phase, line.ask), line.confirmation, later);
        BOOST_TEST((resolved.verdict == Verdict::applied));
        BOOST_TEST((resolved.next.phase == line.goes));
        BOOST_TEST((resolved.event == Event::reconciliation_required));
        BOOST_TEST(!resolved.next.intent.has_value());
    }
}

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    std::string bytes;
    encode(open_in(Type::ted_out, Phase::pending, Ask::cancel), bytes);
    const Transfer read = decode_transfer(as_byte_span(bytes)).value();
    BOOST_TEST(read.is_external);
    BOOST_TEST((read.intent == Intent{Ask::cancel, start, "so"}));
    std::string again;
    encode(read, again);
    BOOST_TEST(again == bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_transfer(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
    for (const char flags : {'\4', '\5', '\10', '\20', '\177'}) {
        std::string flagged = bytes;
        flagged[3] = flags;  // an intent of a transfer whose money is our own, and unknown flags
        BOOST_TEST((decode_transfer(as_byte_span(flagged)).error() == Error::corrupt));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::transfers
