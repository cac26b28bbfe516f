// What many threads tell arrives, or the store is looked through; nobody sleeps through it.
#include "http/drive/event_feed.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/run/turn.hpp"
#include "core/world/clock.hpp"

namespace belay::http {
namespace {

job::Uuid id(std::uint32_t number) {
    job::Uuid made;
    made.octets[0] = static_cast<std::uint8_t>(number);
    made.octets[1] = static_cast<std::uint8_t>(number >> 8U);
    return made;
}

/// Takes what is told, as the sender does, and stops its shard when it has all.
class Taker final : public run::Turn {
  public:
    Taker(run::Shard& shard, EventFeed& feed, std::size_t wanted)
        : shard_(shard), feed_(feed), wanted_(wanted) {
        feed.wake_with(shard);
        shard.add_turn(*this);
    }

    void end_turn() noexcept override {
        while (feed_.take()) {
            ++taken_;
        }
        if (taken_ == wanted_) {
            shard_.stop();
        }
    }
    bool about_to_block() noexcept override { return feed_.about_to_sleep(); }
    void woke() noexcept override { feed_.woke(); }

  private:
    run::Shard& shard_;
    EventFeed& feed_;
    const std::size_t wanted_;
    std::size_t taken_ = 0;
};

BOOST_AUTO_TEST_SUITE(event_feed)

BOOST_AUTO_TEST_CASE(the_store_is_looked_through_first) {
    EventFeed feed;
    BOOST_TEST(feed.has_news());
    BOOST_TEST(feed.take_missed());
    BOOST_TEST(!feed.take_missed());
    BOOST_TEST(!feed.has_news());
    BOOST_TEST(feed.about_to_sleep());
    feed.woke();
    feed.tell(id(7));
    BOOST_TEST(feed.has_news());
    BOOST_TEST(!feed.about_to_sleep());
    feed.woke();
    BOOST_TEST((feed.take() == id(7)));
    BOOST_TEST(!feed.take().has_value());
}

BOOST_AUTO_TEST_CASE(what_it_cannot_hold_is_missed_and_said_so) {
    EventFeed feed;
    BOOST_TEST(feed.take_missed());
    std::uint32_t told = 0;
    while (!feed.take_missed()) {
        feed.tell(id(told));
        ++told;
        BOOST_REQUIRE(told < 100'000);
    }
    std::uint32_t taken = 0;
    while (const auto event = feed.take()) {
        BOOST_REQUIRE((event == id(taken)));
        ++taken;
    }
    BOOST_TEST(taken == told - 1);
}

/// A wake that got lost would make this test hang.
BOOST_AUTO_TEST_CASE(nobody_sleeps_through_what_is_told) {
    constexpr std::uint32_t tellers = 3;
    constexpr std::uint32_t events = 20'000;
    const world::SystemClock clock;
    run::Shard shard(0, clock);
    EventFeed feed;
    BOOST_TEST(feed.take_missed());
    std::atomic<std::uint32_t> out{0};
    Taker taker(shard, feed, tellers * events);
    std::thread sender([&] { shard.run(); });
    std::vector<std::thread> threads;
    for (std::uint32_t teller = 0; teller < tellers; ++teller) {
        threads.emplace_back([&] {
            for (std::uint32_t number = 0; number < events; ++number) {
                feed.tell(id(number));
                // Few at a time, so that none is missed and the sender sleeps often.
                if (out.fetch_add(1) % 64 == 0) {
                    std::this_thread::yield();
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    if (feed.take_missed()) {
        shard.stop();  // full: what was told is in the store
    }
    sender.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::http
