// What many threads put into a mailbox comes out once, each thread's in its order; a mailbox that
// is full says so; and what an inbox cannot hold is found all the same.
#include "core/work/mailbox.hpp"

#include <array>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/drive/bank.hpp"

namespace belay::bank {
namespace {

struct Letter {
    std::uint32_t writer = 0;
    std::uint32_t number = 0;
};

BOOST_AUTO_TEST_SUITE(mailbox)

BOOST_AUTO_TEST_CASE(a_full_one_takes_no_more) {
    work::Mailbox<Letter> box(4);
    BOOST_TEST(box.empty());
    for (int round = 0; round < 3; ++round) {
        for (std::uint32_t number = 0; number < 4; ++number) {
            BOOST_TEST(box.push({0, number}));
        }
        BOOST_TEST(!box.push({0, 4}));
        for (std::uint32_t number = 0; number < 4; ++number) {
            BOOST_TEST(!box.empty());
            BOOST_TEST(box.pop()->number == number);
        }
        BOOST_TEST(!box.pop().has_value());
        BOOST_TEST(box.empty());
    }
}

BOOST_AUTO_TEST_CASE(many_writers_and_one_reader) {
    constexpr std::uint32_t writers = 3;
    constexpr std::uint32_t letters = 20'000;
    work::Mailbox<Letter> box(64);
    std::vector<std::thread> threads;
    for (std::uint32_t writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&box, writer] {
            for (std::uint32_t number = 0; number < letters; ++number) {
                while (!box.push({writer, number})) {
                    std::this_thread::yield();
                }
            }
        });
    }
    std::array<std::uint32_t, writers> next{};
    bool is_in_order = true;
    for (std::uint32_t taken = 0; taken < writers * letters;) {
        const auto letter = box.pop();
        if (!letter) {
            std::this_thread::yield();
            continue;
        }
        is_in_order = is_in_order && letter->number == next[letter->writer];
        ++next[letter->writer];
        ++taken;
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    BOOST_TEST(is_in_order);
    BOOST_TEST(box.empty());
}

BOOST_AUTO_TEST_CASE(what_an_inbox_cannot_hold_is_found_in_the_store) {
    Bank bank(1, 2, {});
    BOOST_REQUIRE(bank.start());
    for (int number = 0; number < 70'000; ++number) {
        bank.inbox().offer(bank.account(0));  // no transfer
    }
    const job::Uuid id = bank.confirm({.amount = 10});
    bank.settle();
    BOOST_TEST((bank.see(id)->phase == transfers::Phase::completed));
}

BOOST_AUTO_TEST_CASE(what_is_offered_before_it_is_durable_is_waited_for_and_not_for_ever) {
    Bank bank(1, 2, {});
    BOOST_REQUIRE(bank.start());
    const auto confirm = bank.confirmation({.amount = 10});
    bank.inbox().offer(confirm->id());  // its answer was: nobody knows
    bank.inbox().offer(bank.account(0));
    bank.settle();
    BOOST_TEST(!bank.see(confirm->id()));
    bank.submit(0, *confirm);
    bank.settle();
    bank.pass(std::chrono::seconds(10));
    BOOST_REQUIRE(bank.see(confirm->id()).has_value());
    BOOST_TEST((bank.see(confirm->id())->phase == transfers::Phase::completed));
    BOOST_TEST(bank.driver().size() == 1U);
    bank.pass(std::chrono::minutes(10));
    BOOST_TEST(bank.driver().size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bank
