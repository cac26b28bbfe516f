// A thread stopped in the middle of a transition delays answers; it loses and invents nothing.
//
// The victim is held at each stop point of the lanes' code, on a store with the log's own thread.
// Others submit meanwhile. Then either it goes on, and all are answered; or the process ends there,
// and what a start finds is exactly what was acknowledged before.
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/check.hpp"
#include "tests/store/engine/rig.hpp"
#include "tests/store/table/trap.hpp"

namespace belay::store::testing {
namespace {

constexpr std::uint64_t before = 5;  ///< acknowledged before the victim comes
constexpr std::uint64_t others = 20;
constexpr std::uint64_t victims = 100;  ///< its number
constexpr int looks = 2'000;

std::set<std::string> points() {
    std::set<std::string> all;
    test::find_stop_points(BELAY_STORE_SOURCES "/lane_attempt.cpp", all);
    return all;
}

/// Has an LSN been reserved there? Then what comes after it in the log has to wait.
bool holds_up_the_log(const std::string& point) {
    return point != "lane.commit.swapped";
}

/// A lane of the main thread, and operations on it.
class Crowd {
  public:
    explicit Crowd(Rig& rig) : lane_(rig.store->open_lane(waker_)) {}

    void submit(std::uint64_t number) {
        asks_.push_back(std::make_unique<Ask>(
            std::vector<job::RecordId>{item(number)},
            [number](const View&, Draft& draft) {
                draft.put(0, as_byte_span(item_value(1, std::to_string(number))));
            },
            "key " + std::to_string(number)));
        lane_.submit(*asks_.back());
        lane_.end_turn();
    }

    void look() {
        lane_.poll();
        lane_.end_turn();
        std::this_thread::yield();
    }

    std::size_t answered() const {
        std::size_t count = 0;
        for (const auto& ask : asks_) {
            check(ask->done_count <= 1, "an operation is answered once");
            count += static_cast<std::size_t>(ask->done_count);
        }
        return count;
    }

    void wait_for_all() {
        while (lane_.pending() != 0) {
            look();
        }
    }

    bool all_are(Status status) const {
        bool all = true;
        for (const auto& ask : asks_) {
            all = all && ask->status() == status;
        }
        return all;
    }

    bool shows(std::uint64_t number) {
        return lane_.read(item(number), [](const RecordView&) {});
    }

  private:
    NoWaker waker_;
    std::vector<std::unique_ptr<Ask>> asks_;
    Lane lane_;
};

/// The victim runs into the trap with a transition of its own.
class Victim {
  public:
    Victim(Rig& rig, const std::string& point) : trap_(point, 0) {
        thread_ = std::thread([this, &rig] {
            test::Trap::offer();
            BlockingLane lane(*rig.store);
            Ask ask = put(item(victims), item_value(1, "the victim's"));
            lane.run(ask);
            status_ = ask.status();
            trap_.done();
        });
    }
    ~Victim() { go_on(); }

    bool is_caught() { return trap_.wait(); }

    /// How its operation ended.
    Status go_on() {
        if (thread_.joinable()) {
            trap_.release();
            thread_.join();
        }
        return status_;
    }

  private:
    test::Trap trap_;
    Status status_ = Status::exhausted;
    std::thread thread_;
};

/// Threads; and a clock that stands still, so that nothing is over its time.
std::unique_ptr<Rig> make_rig() {
    Settings settings = small_settings();
    settings.single_threaded = false;
    auto rig = std::make_unique<Rig>(1, settings);
    rig->open();
    return rig;
}

/// Everybody submits while the victim stands; says whether the log stood still, too.
void submit_beside(Crowd& crowd, const std::string& point) {
    for (std::uint64_t number = 1; number <= others; ++number) {
        crowd.submit(before + number);
    }
    if (!holds_up_the_log(point)) {
        crowd.wait_for_all();
        BOOST_TEST(crowd.all_are(Status::committed), point);
        BOOST_TEST(!crowd.shows(victims), point);
        return;
    }
    for (int at = 0; at < looks; ++at) {
        crowd.look();
    }
    BOOST_TEST(crowd.answered() == before, point << ": nothing behind the victim is answered");
    for (std::uint64_t number = 1; number <= others; ++number) {
        BOOST_TEST(!crowd.shows(before + number), point << ": nothing undurable is visible");
    }
    BOOST_TEST(!crowd.shows(victims), point);
    for (std::uint64_t number = 1; number <= before; ++number) {
        BOOST_TEST(crowd.shows(number), point << ": what is durable is read");
    }
}

BOOST_AUTO_TEST_SUITE(store_stopped_lane)

BOOST_AUTO_TEST_CASE(the_points_are_there) {
    BOOST_TEST(points().size() == 3U);
}

BOOST_AUTO_TEST_CASE(all_are_answered_when_it_goes_on) {
    for (const std::string& point : points()) {
        const auto rig = make_rig();
        {
            Crowd crowd(*rig);
            for (std::uint64_t number = 1; number <= before; ++number) {
                crowd.submit(number);
            }
            crowd.wait_for_all();
            Victim victim(*rig, point);
            BOOST_TEST_REQUIRE(victim.is_caught(), point);
            submit_beside(crowd, point);
            BOOST_TEST((victim.go_on() == Status::committed), point);
            crowd.wait_for_all();
            BOOST_TEST(crowd.all_are(Status::committed), point);
            BOOST_TEST(crowd.answered() == before + others, point);
        }
        BOOST_TEST(rig->list(1).size() == before + others + 1, point);
        const std::uint64_t running = rig->store->state_hash();
        rig->close();
        rig->open();
        BOOST_TEST(rig->store->state_hash() == running, point);
    }
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_is_there_when_the_process_ends) {
    for (const std::string& point : points()) {
        const auto rig = make_rig();
        std::size_t acknowledged = 0;
        {
            Crowd crowd(*rig);
            for (std::uint64_t number = 1; number <= before; ++number) {
                crowd.submit(number);
            }
            crowd.wait_for_all();
            Victim victim(*rig, point);
            BOOST_TEST_REQUIRE(victim.is_caught(), point);
            submit_beside(crowd, point);
            acknowledged = crowd.answered();
            // The end of the process: from here nothing reaches the disk. The threads of this test
            // go on, as they must, and learn that the log has failed.
            rig->disk->kill();
            BOOST_TEST((victim.go_on() != Status::committed), point);
            crowd.wait_for_all();
        }
        rig->kill();
        rig->open();
        BOOST_TEST(rig->list(1).size() == acknowledged, point);
        BOOST_TEST(rig->read(item(victims)) == "-", point);
        const std::uint64_t last = holds_up_the_log(point) ? before : before + others;
        for (std::uint64_t number = 1; number <= before + others; ++number) {
            const std::string text = std::to_string(number);
            BOOST_TEST(rig->read(item(number)) == (number <= last ? text : "-"), point);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
