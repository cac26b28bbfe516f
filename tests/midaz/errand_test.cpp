// The machine against a model of Midaz that suffers every sequence of faults up to a length: what
// it says in the end is what the model holds, and the model did it once.
#include "http/drive/midaz/errand.hpp"

#include <array>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/midaz/orders.hpp"

namespace belay::midaz {
namespace {

using world::MonotonicTime;
using Kind = http::LedgerOutcome::Kind;
using std::chrono::seconds;

enum class Fault : std::uint8_t {
    none,
    lost_before,   ///< no answer, nothing done
    lost_after,    ///< no answer, but done
    error_before,  ///< 500 0095, nothing done
    error_after,   ///< 500 0128, but done
    busy,          ///< 422 0174, nothing done
    locked,        ///< 422 0099 or 409 0084 whatever the status, nothing done
    count_,
};

constexpr auto fault_count = static_cast<std::size_t>(Fault::count_);

/// One account with money or without, one transaction.
class Model {
  public:
    explicit Model(bool has_funds) : has_funds_(has_funds) {}

    ledger::Phase phase = ledger::Phase::absent;
    int holds = 0;
    int releases = 0;
    int commits = 0;
    std::vector<std::string> bodies;

    Answer answer(const Call& call, Fault fault) {
        const bool moves = call.is_post;
        if (moves && !call.body.empty()) {
            bodies.push_back(call.body);
        }
        switch (fault) {
            case Fault::lost_before:
                return {};
            case Fault::error_before:
                return say(500, R"({"code":"0095"})");
            case Fault::busy:
                return say(422, R"({"code":"0174"})");
            case Fault::locked:
                if (!moves) {
                    break;
                }
                return ends_with(call.target, "/json") ? say(409, R"({"code":"0084"})")
                                                       : say(422, R"({"code":"0099"})");
            case Fault::lost_after:
                act(call);
                return {};
            case Fault::error_after:
                act(call);
                return say(500, R"({"code":"0128"})");
            case Fault::none:
            case Fault::count_:
                break;
        }
        return act(call);
    }

  private:
    static bool ends_with(std::string_view text, std::string_view end) {
        return text.ends_with(end);
    }

    Answer say(int status, std::string body) {
        said_ = std::move(body);
        return {status, said_};
    }

    Answer act(const Call& call) {
        if (ends_with(call.target, "/balances")) {
            return say(200, R"({"items":[{"alias":"@alice"}]})");
        }
        if (ends_with(call.target, "/json")) {
            if (phase == ledger::Phase::absent) {
                if (!has_funds_) {
                    return say(422, R"({"code":"0018"})");
                }
                ++holds;
                phase = ledger::Phase::pending;
            }
            return say(201, transaction());
        }
        const bool is_commit = ends_with(call.target, "/commit");
        if (!is_commit && !ends_with(call.target, "/cancel")) {
            return say(200, transaction());
        }
        if (phase != ledger::Phase::pending) {
            return say(422, R"({"code":"0099"})");
        }
        phase = is_commit ? ledger::Phase::approved : ledger::Phase::canceled;
        ++(is_commit ? commits : releases);
        return say(201, transaction());
    }

    std::string transaction() const {
        return R"({"id":")" + job::format_uuid(numbered(0x55)) + R"(","status":{"code":")" +
               std::string(ledger::name_of(phase)) + R"("}})";
    }

    const bool has_funds_;
    std::string said_;
};

const Accounts accounts;
const Patience patience;

struct Run {
    http::LedgerOutcome outcome;
    MonotonicTime now{};
    int calls = 0;
};

/// Runs the order to its end; call number i suffers faults[i], and those after the last none.
Run run(const http::LedgerOrder& order, Model& model, const std::vector<Fault>& faults,
        std::string alias = {}) {
    world::SeededEntropy entropy(7);
    Errand errand(order, accounts, patience, std::move(alias), entropy);
    Run run{{}, MonotonicTime(seconds(100))};
    for (;;) {
        switch (errand.next(run.now)) {
            case Errand::Step::end:
                run.outcome = errand.outcome();
                return run;
            case Errand::Step::wait:
                BOOST_REQUIRE((errand.until() > run.now));
                run.now = errand.until();
                break;
            case Errand::Step::call: {
                const auto at = static_cast<std::size_t>(run.calls++);
                const Fault fault = at < faults.size() ? faults[at] : Fault::none;
                const Answer answer = model.answer(errand.call(), fault);
                if (answer.status == 0) {
                    run.now += patience.call_timeout;
                }
                errand.answered(answer, run.now);
                BOOST_REQUIRE(run.calls < 100);
                break;
            }
        }
    }
}

/// Calls `each` with every sequence of `length` faults.
template <class Each>
void for_each_sequence(std::size_t length, Each each) {
    std::vector<Fault> faults(length, Fault::none);
    for (;;) {
        each(faults);
        std::size_t at = 0;
        while (at < length) {
            const auto next = static_cast<std::size_t>(faults[at]) + 1;
            faults[at] = static_cast<Fault>(next % fault_count);
            if (next != fault_count) {
                break;
            }
            ++at;
        }
        if (at == length) {
            return;
        }
    }
}

constexpr std::size_t sequence_length = 5;

BOOST_AUTO_TEST_SUITE(errand)

BOOST_AUTO_TEST_CASE(whatever_is_lost_money_is_held_once_by_equal_bytes) {
    for_each_sequence(sequence_length, [](const std::vector<Fault>& faults) {
        Model model(true);
        const Run done = run(order_of(LedgerDeed::hold), model, faults);
        BOOST_REQUIRE((done.outcome.kind == Kind::done));
        BOOST_REQUIRE((done.outcome.transaction == numbered(0x55)));
        BOOST_REQUIRE_EQUAL(model.holds, 1);
        for (const std::string& body : model.bodies) {
            BOOST_REQUIRE_EQUAL(body, model.bodies.front());
        }
    });
}

BOOST_AUTO_TEST_CASE(whatever_is_lost_a_lack_of_funds_is_told) {
    for_each_sequence(sequence_length, [](const std::vector<Fault>& faults) {
        Model model(false);
        const Run done = run(order_of(LedgerDeed::hold), model, faults);
        BOOST_REQUIRE((done.outcome.kind == Kind::insufficient_funds));
        BOOST_REQUIRE_EQUAL(model.holds, 0);
    });
}

BOOST_AUTO_TEST_CASE(whatever_is_lost_a_hold_ends_once) {
    for (const LedgerDeed deed : {LedgerDeed::release, LedgerDeed::commit}) {
        for_each_sequence(sequence_length, [deed](const std::vector<Fault>& faults) {
            Model model(true);
            model.phase = ledger::Phase::pending;
            const Run done = run(order_of(deed), model, faults);
            BOOST_REQUIRE((done.outcome.kind == Kind::done));
            BOOST_REQUIRE_EQUAL(model.commits, deed == LedgerDeed::commit ? 1 : 0);
            BOOST_REQUIRE_EQUAL(model.releases, deed == LedgerDeed::release ? 1 : 0);
        });
    }
}

BOOST_AUTO_TEST_CASE(whatever_is_lost_the_other_side_that_won_is_told) {
    for (const LedgerDeed deed : {LedgerDeed::release, LedgerDeed::commit}) {
        for_each_sequence(sequence_length, [deed](const std::vector<Fault>& faults) {
            Model model(true);
            model.phase =
                deed == LedgerDeed::commit ? ledger::Phase::canceled : ledger::Phase::approved;
            const Run done = run(order_of(deed), model, faults);
            BOOST_REQUIRE((done.outcome.kind == Kind::other_won));
            BOOST_REQUIRE_EQUAL(model.commits + model.releases, 0);
        });
    }
}

BOOST_AUTO_TEST_CASE(without_faults_nothing_is_asked_twice) {
    Model model(true);
    BOOST_TEST(run(order_of(LedgerDeed::hold), model, {}).calls == 2);
    BOOST_TEST(run(order_of(LedgerDeed::hold), model, {}, "@alice").calls == 1);
    BOOST_TEST(run(order_of(LedgerDeed::release), model, {}).calls == 1);
}

/// A call that was given up arrives after the refusal of the one that followed it.
BOOST_AUTO_TEST_CASE(a_refusal_in_doubt_is_asked_for_again) {
    const http::LedgerOrder order = order_of(LedgerDeed::hold);
    world::SeededEntropy entropy(7);
    Errand errand(order, accounts, patience, "@alice", entropy);
    MonotonicTime now(seconds(100));
    BOOST_TEST((errand.next(now) == Errand::Step::call));
    errand.answered({}, now);
    const MonotonicTime given_up = now;
    now = errand.until();
    errand.answered({422, R"({"code":"0018"})"}, now);
    BOOST_TEST((errand.next(now) == Errand::Step::wait));
    BOOST_TEST((errand.until() == given_up + patience.call_timeout));
    now = errand.until();
    BOOST_TEST((errand.next(now) == Errand::Step::call));
    errand.answered({201, R"({"id":"55555555-5555-5555-5555-555555555555",)"
                          R"("status":{"code":"PENDING"}})"},
                    now);
    BOOST_TEST((errand.next(now) == Errand::Step::end));
    BOOST_TEST((errand.outcome().kind == Kind::done));
}

BOOST_AUTO_TEST_CASE(a_lock_of_five_minutes_is_waited_for) {
    const http::LedgerOrder order = order_of(LedgerDeed::release);
    Model model(true);
    model.phase = ledger::Phase::pending;
    world::SeededEntropy entropy(7);
    Errand errand(order, accounts, patience, {}, entropy);
    const MonotonicTime start(seconds(100));
    MonotonicTime now = start;
    int calls = 0;
    for (auto step = errand.next(now); step != Errand::Step::end; step = errand.next(now)) {
        if (step == Errand::Step::wait) {
            BOOST_REQUIRE((errand.until() <= now + patience.retry_delay_max));
            now = errand.until();
            continue;
        }
        ++calls;
        const bool is_locked = now - start < seconds(300);
        errand.answered(model.answer(errand.call(), is_locked ? Fault::locked : Fault::none), now);
    }
    BOOST_TEST((errand.outcome().kind == Kind::done));
    BOOST_TEST(model.releases == 1);
    BOOST_TEST(calls < 60);
}

BOOST_AUTO_TEST_CASE(an_unknown_account_is_refused_with_its_code) {
    const http::LedgerOrder order = order_of(LedgerDeed::hold);
    world::SeededEntropy entropy(7);
    Errand errand(order, accounts, patience, {}, entropy);
    errand.answered({404, R"({"code":"0007"})"}, MonotonicTime(seconds(100)));
    BOOST_TEST((errand.outcome() == http::LedgerOutcome{Kind::refused, {}, "0007"}));
}

BOOST_AUTO_TEST_CASE(a_transaction_that_stays_missing_is_refused) {
    const http::LedgerOrder order = order_of(LedgerDeed::commit);
    world::SeededEntropy entropy(7);
    Errand errand(order, accounts, patience, {}, entropy);
    const MonotonicTime start(seconds(100));
    MonotonicTime now = start;
    for (auto step = errand.next(now); step != Errand::Step::end; step = errand.next(now)) {
        if (step == Errand::Step::wait) {
            now = errand.until();
            continue;
        }
        errand.answered({404, R"({"code":"0070"})"}, now);
    }
    BOOST_TEST((errand.outcome() == http::LedgerOutcome{Kind::refused, {}, "0070"}));
    BOOST_TEST((now - start >= patience.missing_max));
}

BOOST_AUTO_TEST_CASE(a_hold_is_given_up_when_its_key_may_be_forgotten) {
    http::LedgerOrder order = order_of(LedgerDeed::hold);
    const MonotonicTime start(seconds(100));
    order.give_up = start + seconds(10);
    world::SeededEntropy entropy(7);
    Errand errand(order, accounts, patience, "@alice", entropy);
    errand.answered({}, start);
    BOOST_TEST((errand.next(start) == Errand::Step::wait));
    BOOST_TEST((errand.next(order.give_up) == Errand::Step::end));
    BOOST_TEST((errand.outcome().kind == Kind::unknown));
}

BOOST_AUTO_TEST_CASE(waits_grow_are_spread_and_end_somewhere) {
    const http::LedgerOrder order = order_of(LedgerDeed::hold);
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        world::SeededEntropy entropy(seed);
        Errand errand(order, accounts, patience, "@alice", entropy);
        MonotonicTime now(seconds(100));
        Milliseconds longest = patience.retry_delay;
        for (int at = 0; at < 64; ++at) {
            errand.answered({}, now);
            const auto wait = errand.until() - now;
            BOOST_REQUIRE((wait >= longest / 2 && wait <= longest));
            longest = std::min(longest * 2, patience.retry_delay_max);
            now = errand.until();
        }
    }
}

BOOST_AUTO_TEST_CASE(a_server_may_ask_for_a_longer_wait_but_not_for_any) {
    const http::LedgerOrder order = order_of(LedgerDeed::hold);
    const MonotonicTime now(seconds(100));
    world::SeededEntropy entropy(7);
    Errand patient(order, accounts, patience, "@alice", entropy);
    patient.answered({429, {}, seconds(5)}, now);
    BOOST_TEST((patient.until() == now + seconds(5)));
    Errand bounded(order, accounts, patience, "@alice", entropy);
    bounded.answered({503, {}, seconds(86'400)}, now);
    BOOST_TEST((bounded.until() == now + patience.retry_delay_max));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::midaz
