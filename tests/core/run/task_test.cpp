#include "core/run/task.hpp"

#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/run/event.hpp"
#include "core/run/shard.hpp"

namespace belay::run {
namespace {

task<int> one() {
    co_return 1;
}

task<int> sum_of_ones(int count) {
    int sum = 0;
    for (int at = 0; at < count; ++at) {
        const int added = co_await one();
        sum += added;
    }
    co_return sum;
}

task<std::string> throws() {
    throw std::runtime_error("said so");
    co_return "";
}

task<std::string> catches() {
    std::string seen;
    try {
        seen = co_await throws();
    } catch (const std::runtime_error& error) {
        seen = error.what();
    }
    co_return seen;
}

task<int> after(Event& event) {
    co_await event.wait();
    co_return 7;
}

task<> nested(Event& event, int& got) {
    const int value = co_await after(event);
    got = value;
}

task<> count_ones(int count, int& got) {
    const int sum = co_await sum_of_ones(count);
    got = sum;
}

task<> keep_message(std::string& got) {
    std::string message = co_await catches();
    got = std::move(message);
}

struct Fixture {
    world::SystemClock clock;
    Shard shard{0, clock};
    Gate gate;
};

BOOST_FIXTURE_TEST_SUITE(tasks, Fixture)

BOOST_AUTO_TEST_CASE(a_long_loop_of_tasks_that_end_at_once_costs_no_stack) {
    int got = 0;
    BOOST_TEST(shard.spawn(gate, count_ones(200'000, got)));
    BOOST_TEST(got == 200'000);
    BOOST_TEST(gate.inside() == 0u);
}

BOOST_AUTO_TEST_CASE(an_exception_reaches_the_one_who_awaits) {
    std::string got;
    BOOST_TEST(shard.spawn(gate, keep_message(got)));
    BOOST_TEST(got == "said so");
}

BOOST_AUTO_TEST_CASE(a_suspended_chain_is_resumed_by_its_event_and_by_the_loop) {
    Event event(shard);
    int got = 0;
    BOOST_TEST(shard.spawn(gate, nested(event, got)));
    BOOST_TEST(gate.inside() == 1u);
    event.set();
    event.set();
    BOOST_TEST(got == 0);  // not within set()
    shard.stop();
    shard.run();
    BOOST_TEST(got == 7);
    BOOST_TEST(gate.inside() == 0u);
}

BOOST_AUTO_TEST_CASE(nothing_starts_behind_a_closed_gate) {
    gate.close([] {});
    int got = 0;
    BOOST_TEST(!shard.spawn(gate, count_ones(1, got)));
    BOOST_TEST(got == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::run
