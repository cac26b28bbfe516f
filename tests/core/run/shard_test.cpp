#include "core/run/shard.hpp"

#include <atomic>
#include <latch>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "core/run/shards.hpp"
#include "core/run/yield.hpp"

namespace belay::run {
namespace {

/// A value handed over as the log thread hands over the durable LSN: written, then a wake; read by
/// the hooks of the shard. Ends the shard when the last value has been seen.
class Follower final : public Turn {
  public:
    Follower(Shard& shard, std::uint64_t last) : shard_(shard), last_(last) {}

    void after_handler() noexcept override { look(); }
    void end_turn() noexcept override { ++turns_; }
    bool about_to_block() noexcept override {
        const std::uint64_t before = seen_;
        look();
        return seen_ == before;
    }

    // Release and acquire: as the durable LSN publishes what is below it.
    void publish(std::uint64_t value) noexcept { value_.store(value, std::memory_order_release); }
    std::uint64_t seen() const noexcept { return seen_; }
    std::uint64_t turns() const noexcept { return turns_; }

  private:
    void look() noexcept {
        seen_ = value_.load(std::memory_order_acquire);
        if (seen_ == last_ && !stopped_) {
            stopped_ = true;
            shard_.stop();
        }
    }

    Shard& shard_;
    const std::uint64_t last_;
    std::atomic<std::uint64_t> value_{0};
    std::uint64_t seen_ = 0;
    std::uint64_t turns_ = 0;
    bool stopped_ = false;
};

/// Keeps the loop under load until told.
task<> spin(Shard& shard, const bool& enough, std::uint64_t& rounds) {
    while (!enough) {
        Yield again(shard);
        co_await again;
        ++rounds;
    }
}

BOOST_AUTO_TEST_SUITE(shards)

BOOST_AUTO_TEST_CASE(no_wake_is_lost) {
    // Every value but the last is followed by another wake; the test hangs if the last one's is
    // swallowed.
    const world::SystemClock clock;
    constexpr std::uint64_t last = 20'000;
    for (int round = 0; round < 5; ++round) {
        Shard shard(0, clock);
        Follower follower(shard, last);
        shard.add_turn(follower);
        std::thread other([&] {
            for (std::uint64_t value = 1; value <= last; ++value) {
                follower.publish(value);
                shard.wake();
            }
        });
        shard.run();
        other.join();
        BOOST_TEST(follower.seen() == last);
    }
}

BOOST_AUTO_TEST_CASE(a_post_from_outside_runs_on_the_shard) {
    const world::SystemClock clock;
    Shard shard(0, clock);
    const std::thread::id here = std::this_thread::get_id();
    std::thread::id ran_on;
    std::thread other([&] {
        shard.post([&] {
            ran_on = std::this_thread::get_id();
            shard.stop();
        });
    });
    shard.run();
    other.join();
    BOOST_TEST((ran_on == here));
}

BOOST_AUTO_TEST_CASE(a_turn_ends_under_load_too) {
    class EndAfter final : public Turn {
      public:
        EndAfter(Shard& shard, bool& enough) : shard_(shard), enough_(enough) {}
        void end_turn() noexcept override {
            if (++turns_ == 3) {
                enough_ = true;
                shard_.stop();
            }
        }

      private:
        Shard& shard_;
        bool& enough_;
        int turns_ = 0;
    };
    const world::SystemClock clock;
    Shard shard(0, clock);
    Gate gate;
    bool enough = false;
    std::uint64_t rounds = 0;
    EndAfter hook(shard, enough);
    shard.add_turn(hook);
    shard.spawn(gate, spin(shard, enough, rounds));
    shard.run();
    BOOST_TEST(gate.inside() == 0u);
    BOOST_TEST(rounds <= 3u * Shard::turn_handlers_max + 1);
}

BOOST_AUTO_TEST_CASE(a_deadline_by_a_manual_clock_expires_at_the_wake_after_it) {
    class StopsShard final : public Deadline {
      public:
        explicit StopsShard(Shard& shard) : shard_(shard) {}
        bool late = false;

      private:
        void expired() override {
            late = true;
            shard_.stop();
        }
        Shard& shard_;
    };
    world::ManualClock clock{WallTime()};
    Shard shard(0, clock);
    StopsShard deadline(shard);
    shard.arm(deadline, shard.deadlines().of_length(std::chrono::hours(1)));
    std::thread other([&] {
        shard.post([] {});
        clock.advance(std::chrono::minutes(61));
        shard.wake();
    });
    shard.run();
    other.join();
    BOOST_TEST(deadline.late);
}

BOOST_AUTO_TEST_CASE(a_deadline_armed_by_what_ends_a_sleep_counts_from_then) {
    // A client that connects after a quiet hour is accepted by the handler that ends the sleep. Its
    // deadline once counted from the beginning of that hour, and was over at once.
    class Sleeper final : public Turn {
      public:
        bool about_to_block() noexcept override {
            sleeping.store(true, std::memory_order_release);  // pairs with the wait below
            sleeping.notify_one();
            return true;
        }
        std::atomic<bool> sleeping{false};
    };
    class Expiry final : public Deadline {
      public:
        bool late = false;

      private:
        void expired() override { late = true; }
    };
    world::ManualClock clock{WallTime()};
    Shard shard(0, clock);
    Sleeper sleeper;
    shard.add_turn(sleeper);
    Expiry expiry;
    DeadlineClass& seconds = shard.deadlines().of_length(std::chrono::seconds(10));
    std::thread other([&] {
        sleeper.sleeping.wait(false, std::memory_order_acquire);
        // From here to the post the shard runs nothing: it sleeps, or is just about to.
        clock.advance(std::chrono::hours(1));
        shard.post([&] {
            BOOST_TEST((shard.now() == clock.monotonic()));
            shard.arm(expiry, seconds);
            // Runs in the next turn, which begins with the deadlines that are due.
            shard.post([&] { shard.stop(); });
        });
    });
    shard.run();
    other.join();
    BOOST_TEST(!expiry.late);
    BOOST_TEST(expiry.armed());
}

BOOST_AUTO_TEST_CASE(a_deadline_by_the_system_clock_needs_no_wake) {
    class StopsShard final : public Deadline {
      public:
        explicit StopsShard(Shard& shard) : shard_(shard) {}

      private:
        void expired() override { shard_.stop(); }
        Shard& shard_;
    };
    const world::SystemClock clock;
    Shard shard(0, clock);
    StopsShard deadline(shard);
    const world::MonotonicTime start = shard.now();
    shard.arm(deadline, shard.deadlines().of_length(Milliseconds(20)));
    shard.run();
    BOOST_TEST((clock.monotonic() - start >= Milliseconds(20)));
}

BOOST_AUTO_TEST_CASE(every_shard_is_reached_and_waited_for) {
    const world::SystemClock clock;
    Shards all(3, clock);
    all.start();
    std::atomic<unsigned> indexes{0};
    all.on_each([&](Shard& shard) { indexes |= 1U << shard.index(); });
    BOOST_TEST(indexes == 7u);
    std::atomic<int> ended{0};
    all.on_each_until_done([&](Shard& shard, std::function<void()> done) {
        shard.post([&ended, done = std::move(done)] {
            ++ended;
            done();
        });
    });
    BOOST_TEST(ended == 3);
    all.stop();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::run
