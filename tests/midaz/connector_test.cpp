#include "http/drive/midaz/connector.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/run/gate.hpp"
#include "core/run/shard.hpp"
#include "tests/midaz/orders.hpp"

namespace belay::midaz {
namespace {

using http::LedgerDeed;
using http::LedgerOrder;
using http::LedgerOutcome;
using Kind = LedgerOutcome::Kind;

/// Lets the loop run others first, so that calls overlap.
run::task<> give_way(run::Shard& shard) {
    run::Event soon(shard);
    shard.post([&soon] { soon.set(); });
    co_await soon.wait();
}

/// Answers from a script, and as a Midaz without trouble when it is over.
class ScriptedCaller final : public Caller {
  public:
    explicit ScriptedCaller(run::Shard& shard) : shard_(shard) {}

    run::task<Reply> make(const Call& call) override {
        made.push_back(call.target);
        ++inside_;
        inside_most = std::max(inside_most, inside_);
        for (int at = 0; at < 3; ++at) {
            co_await give_way(shard_);
        }
        --inside_;
        if (!script.empty()) {
            Reply reply = script.front();
            script.pop_front();
            co_return reply;
        }
        co_return usual(call.target);
    }

    static Reply usual(std::string_view target) {
        const auto transaction = [](std::string_view status) {
            return R"({"id":"55555555-5555-5555-5555-555555555555","status":{"code":")" +
                   std::string(status) + R"("}})";
        };
        if (target.ends_with("/balances")) {
            return {200, R"({"items":[{"alias":"@alice"}]})"};
        }
        if (target.ends_with("/commit")) {
            return {201, transaction("APPROVED")};
        }
        return {201, transaction(target.ends_with("/cancel") ? "CANCELED" : "PENDING")};
    }

    std::deque<Reply> script;
    std::vector<std::string> made;
    int inside_most = 0;

  private:
    run::Shard& shard_;
    int inside_ = 0;
};

ConnectorSettings quick() {
    ConnectorSettings settings;
    settings.patience.retry_delay = Milliseconds(1);
    settings.patience.call_timeout = Milliseconds(1);
    settings.breaker = {3, Milliseconds(60)};
    settings.in_flight_max = 4;
    return settings;
}

struct Scene {
    world::SystemClock clock;
    world::SeededEntropy entropy{7};
    run::Shard shard{0, clock};
    run::Gate gate;
    ScriptedCaller caller{shard};
    Connector connector{shard, caller, entropy, quick()};
    std::vector<LedgerOutcome> outcomes;

    run::task<> give(LedgerOrder order) {
        const LedgerOutcome outcome = co_await connector.carry_out(order);
        outcomes.push_back(outcome);
    }

    void spawn(const LedgerOrder& order) { BOOST_REQUIRE(shard.spawn(gate, give(order))); }

    /// Runs until everything given has come to its end.
    void run() {
        gate.close([this] { shard.stop(); });
        shard.run();
    }
};

LedgerOrder order_for(std::uint8_t transfer, LedgerDeed deed) {
    LedgerOrder order = order_of(deed);
    order.transfer = numbered(transfer);
    return order;
}

BOOST_AUTO_TEST_SUITE(connector)

BOOST_FIXTURE_TEST_CASE(an_account_is_looked_up_once, Scene) {
    struct Twice {
        static run::task<> run(Scene& scene) {
            co_await scene.give(order_for(1, LedgerDeed::hold));
            co_await scene.give(order_for(2, LedgerDeed::hold));
        }
    };
    BOOST_REQUIRE(shard.spawn(gate, Twice::run(*this)));
    run();
    BOOST_REQUIRE_EQUAL(caller.made.size(), 3U);
    BOOST_TEST(caller.made[0].ends_with("/balances"));
    BOOST_TEST(caller.made[2].ends_with("/json"));
    BOOST_TEST((outcomes[1] == LedgerOutcome{Kind::done, numbered(0x55), {}}));
}

BOOST_FIXTURE_TEST_CASE(orders_for_one_transfer_go_one_after_the_other, Scene) {
    caller.script = {{0, {}}, {422, R"({"code":"0099"})"}, {200, "{}"}};
    spawn(order_for(1, LedgerDeed::commit));
    spawn(order_for(1, LedgerDeed::release));
    run();
    BOOST_TEST(caller.inside_most == 1);
    const auto last_of_first =
        std::find_if(caller.made.rbegin(), caller.made.rend(),
                     [](const std::string& target) { return target.ends_with("/commit"); });
    const auto first_of_second =
        std::find_if(caller.made.begin(), caller.made.end(),
                     [](const std::string& target) { return target.ends_with("/cancel"); });
    BOOST_TEST((last_of_first.base() <= first_of_second));
    BOOST_TEST(outcomes.size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(orders_for_different_transfers_go_at_once_but_not_all, Scene) {
    for (std::uint8_t at = 1; at <= 20; ++at) {
        spawn(order_for(at, LedgerDeed::release));
    }
    run();
    BOOST_TEST(caller.inside_most == 4);
    BOOST_TEST(caller.made.size() == 20U);
    BOOST_TEST((std::all_of(outcomes.begin(), outcomes.end(),
                            [](const LedgerOutcome& one) { return one.kind == Kind::done; })));
}

BOOST_FIXTURE_TEST_CASE(three_failures_stop_all_calls_for_a_while, Scene) {
    caller.script = {{0, {}}, {500, {}}, {503, {}}};
    spawn(order_for(1, LedgerDeed::commit));
    const world::MonotonicTime begin = clock.monotonic();
    run();
    BOOST_TEST((clock.monotonic() - begin >= Milliseconds(60)));
    BOOST_TEST((outcomes.front().kind == Kind::done));
    BOOST_TEST(connector.is_reachable());
}

BOOST_FIXTURE_TEST_CASE(what_does_not_answer_is_unreachable_until_it_is_worth_a_try, Scene) {
    caller.script = {{0, {}}, {0, {}}, {0, {}}};
    struct Watch {
        static run::task<> run(Scene& scene, bool& was_unreachable) {
            while (scene.caller.made.size() < 3 || scene.connector.is_reachable()) {
                co_await give_way(scene.shard);
            }
            was_unreachable = true;
            scene.connector.stop();
        }
    };
    bool was_unreachable = false;
    spawn(order_for(1, LedgerDeed::commit));
    BOOST_REQUIRE(shard.spawn(gate, Watch::run(*this, was_unreachable)));
    run();
    BOOST_TEST(was_unreachable);
    BOOST_TEST((outcomes.front().kind == Kind::unknown));
    const world::MonotonicTime end = clock.monotonic() + Milliseconds(60);
    while (!connector.is_reachable()) {
        BOOST_REQUIRE((clock.monotonic() < end + std::chrono::seconds(30)));
    }
}

BOOST_FIXTURE_TEST_CASE(a_stop_ends_what_waits, Scene) {
    caller.script.assign(1000, Reply{422, R"({"code":"0174"})"});
    for (std::uint8_t at = 1; at <= 10; ++at) {
        spawn(order_for(at, LedgerDeed::commit));
    }
    struct Stop {
        static run::task<> run(Scene& scene) {
            while (scene.caller.made.size() < 8) {
                co_await give_way(scene.shard);
            }
            scene.connector.stop();
        }
    };
    BOOST_REQUIRE(shard.spawn(gate, Stop::run(*this)));
    run();
    BOOST_TEST(outcomes.size() == 10U);
    BOOST_TEST((std::all_of(outcomes.begin(), outcomes.end(),
                            [](const LedgerOutcome& one) { return one.kind == Kind::unknown; })));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::midaz
