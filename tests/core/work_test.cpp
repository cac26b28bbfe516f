#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/work/agenda.hpp"
#include "core/work/ready_queue.hpp"

namespace belay::work {
namespace {

constexpr WallTime start(Milliseconds(1'700'000'000'000));
constexpr Milliseconds horizon(60'000);

job::RecordId record(std::uint8_t number) {
    return {job::Kind{2}, job::make_uuid_v7(start, {number})};
}

BOOST_AUTO_TEST_SUITE(work)

BOOST_AUTO_TEST_CASE(the_agenda_gives_what_is_due_in_order_and_nothing_early) {
    Agenda agenda(horizon);
    agenda.note(record(2), start + Milliseconds(20), start);
    agenda.note(record(1), start + Milliseconds(10), start);
    agenda.note(record(1), start + Milliseconds(10), start);
    BOOST_TEST(agenda.size() == 2U);
    BOOST_TEST((agenda.next_due() == start + Milliseconds(10)));
    BOOST_TEST(!agenda.take_due(start + Milliseconds(9)).has_value());
    BOOST_TEST((agenda.take_due(start + Milliseconds(30)) == record(1)));
    BOOST_TEST((agenda.take_due(start + Milliseconds(30)) == record(2)));
    BOOST_TEST(!agenda.take_due(start + Milliseconds(30)).has_value());
}

BOOST_AUTO_TEST_CASE(what_lies_beyond_the_horizon_takes_no_memory) {
    Agenda agenda(horizon);
    agenda.note(record(1), start + horizon + Milliseconds(1), start);
    BOOST_TEST(agenda.size() == 0U);
    agenda.note(record(1), start + horizon, start);
    agenda.note(record(2), start - std::chrono::hours(1), start);
    BOOST_TEST(agenda.size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_agenda_holds_more_than_its_mailbox_whoever_notes_it) {
    constexpr std::size_t threads = 4;
    constexpr std::size_t each = 5000;  // together more than twice the mailbox, unless looked at
    Agenda agenda(horizon);
    std::vector<std::thread> noting;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        noting.emplace_back([&agenda, thread] {
            for (std::size_t number = 0; number < each; ++number) {
                const job::RecordId id{job::Kind{static_cast<std::uint8_t>(thread + 1)},
                                       record(1).id};
                agenda.note(id, start + Milliseconds(number), start);
            }
        });
    }
    for (std::thread& thread : noting) {
        thread.join();
    }
    BOOST_TEST(agenda.size() == threads * each);
    std::size_t taken = 0;
    while (agenda.take_due(start + horizon)) {
        ++taken;
    }
    BOOST_TEST(taken == threads * each);
}

BOOST_AUTO_TEST_CASE(the_queue_is_first_in_first_out_and_a_close_wakes_who_waits) {
    ReadyQueue queue;
    queue.push(record(1).id);
    queue.push(record(2).id);
    BOOST_TEST((queue.pop() == record(1).id));
    BOOST_TEST((queue.try_pop() == record(2).id));
    BOOST_TEST(!queue.try_pop().has_value());
    std::optional<job::Uuid> taken = record(9).id;
    std::thread waiter([&] { taken = queue.pop(); });
    queue.close();
    waiter.join();
    BOOST_TEST(!taken.has_value());
    queue.push(record(3).id);
    BOOST_TEST(queue.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::work
