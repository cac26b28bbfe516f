// Many lanes and a few hot records: no update is lost, none is seen in half, and what is seen only
// goes forward; on the simulated disk and on the real one.
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/check.hpp"
#include "tests/store/engine/rig.hpp"
#include "tests/support/temporary_directory.hpp"

namespace belay::store::testing {
namespace {

constexpr std::uint64_t hot = 3;
constexpr int threads_count = 4;

/// A number, and the same number again at the end, so that a torn value is seen.
std::string twice(std::uint64_t number, std::size_t filling) {
    const std::string text = std::to_string(number);
    return text + std::string(filling, '.') + text;
}

std::uint64_t number_in(ByteSpan value) {
    const std::string text(as_text(value));
    const std::size_t dots = text.find('.');
    const std::string first = text.substr(0, dots);
    check(dots != std::string::npos && text.substr(text.rfind('.') + 1) == first,
          "a value is seen whole");
    return std::stoull(first);
}

struct Race {
    explicit Race(Store& store_) : store(store_) {}

    /// Increments one of the hot counters and appends to its history, `times` times.
    void increment(std::uint64_t seed, int times) {
        BlockingLane lane(store);
        std::uint64_t state = seed;
        for (int at = 0; at < times; ++at) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            const std::uint64_t which = (state >> 33) % hot;
            // Named in either order: the swaps have one all the same.
            const bool turned = (state >> 40 & 1) != 0;
            std::vector<job::RecordId> subjects{counter(which), counter(100 + which)};
            if (turned) {
                std::swap(subjects[0], subjects[1]);
            }
            std::uint64_t made = 0;
            Ask ask(subjects, [&](const View& view, Draft& draft) {
                const std::size_t count = turned ? 1 : 0;
                const auto& now = view.subjects[count];
                const auto& history = view.subjects[1 - count];
                made = now ? number_in(now->value) + 1 : 1;
                draft.put(count, as_byte_span(twice(made, 1 + made % 200)));
                std::string line(history ? std::string(as_text(history->value)) : std::string());
                line.append(1, static_cast<char>('a' + made % 26));
                draft.put(1 - count, as_byte_span(line));
            });
            lane.run(ask);
            check(ask.status() == Status::committed, "an increment is committed");
            const std::lock_guard guard(mutex);
            const bool is_new = lsn_of[which].emplace(made, ask.receipt.lsn).second;
            check(is_new, "no two increments make the same number");
        }
    }

    /// Reads until told to stop: numbers and LSNs never go back, no value is torn.
    void read() {
        BlockingLane lane(store);
        std::array<std::uint64_t, hot> newest{};
        std::array<job::Lsn, hot> newest_lsn{};
        while (!stop.load()) {
            for (std::uint64_t which = 0; which < hot; ++which) {
                lane.lane().read(counter(which), [&](const RecordView& view) {
                    const std::uint64_t number = number_in(view.value);
                    check(number >= newest[which] && view.lsn >= newest_lsn[which],
                          "what is read does not go back");
                    check(view.number == number, "each version is one increment");
                    newest[which] = number;
                    newest_lsn[which] = view.lsn;
                });
            }
            std::this_thread::yield();
        }
    }

    void check_all(int total) {
        std::size_t sum = 0;
        NoWaker waker;
        Lane lane = store.open_lane(waker);
        for (std::uint64_t which = 0; which < hot; ++which) {
            job::Lsn before = 0;
            std::uint64_t number = 0;
            for (const auto& [made, lsn] : lsn_of[which]) {
                BOOST_REQUIRE(made == ++number);  // no gap
                BOOST_REQUIRE(lsn > before);
                before = lsn;
            }
            sum += number;
            lane.read(counter(which), [&](const RecordView& view) {
                BOOST_TEST(number_in(view.value) == number);
                BOOST_TEST(view.lsn == before);
            });
            lane.read(counter(100 + which), [&](const RecordView& view) {
                std::string expected;
                for (std::uint64_t at = 1; at <= number; ++at) {
                    expected.append(1, static_cast<char>('a' + at % 26));
                }
                BOOST_TEST(as_text(view.value) == expected);
            });
        }
        BOOST_TEST(sum == static_cast<std::size_t>(total));
    }

    void run(int times_each) {
        std::vector<std::thread> threads;
        for (int number = 0; number < threads_count; ++number) {
            threads.emplace_back(
                [&, number] { increment(static_cast<std::uint64_t>(number), times_each); });
        }
        std::thread reader([this] { read(); });
        for (std::thread& thread : threads) {
            thread.join();
        }
        stop.store(true);
        reader.join();
        check_all(times_each * threads_count);
    }

    Store& store;
    std::atomic<bool> stop{false};
    std::mutex mutex;
    std::array<std::map<std::uint64_t, job::Lsn>, hot> lsn_of;
};

Settings threaded_settings() {
    Settings settings = small_settings();
    settings.single_threaded = false;
    return settings;
}

BOOST_AUTO_TEST_SUITE(store_transition_race)

BOOST_AUTO_TEST_CASE(hot_records_count_right) {
    Rig rig(1, threaded_settings());
    rig.open();
    Race race(*rig.store);
    race.run(1000);
    const std::uint64_t running = rig.store->state_hash();
    rig.close();
    rig.open();
    BOOST_TEST(rig.store->state_hash() == running);
}

/// Each thread has a record of its own, which it swaps first, and all share the second: a swap that
/// is lost there must give back the first.
BOOST_AUTO_TEST_CASE(what_was_swapped_before_a_lost_swap_is_put_back) {
    Rig rig(4, threaded_settings());
    rig.open();
    constexpr std::uint64_t times = 3000;
    const auto add_one = [](const View& view, Draft& draft) {
        for (std::size_t at = 0; at < 2; ++at) {
            const auto& now = view.subjects[at];
            const std::uint64_t number = now ? std::stoull(std::string(as_text(now->value))) : 0;
            draft.put(at, as_byte_span(std::to_string(number + 1)));
        }
    };
    std::vector<std::thread> threads;
    for (std::uint64_t worker = 0; worker < threads_count; ++worker) {
        threads.emplace_back([&, worker] {
            NoWaker waker;
            Lane lane = rig.store->open_lane(waker);
            std::vector<std::unique_ptr<Ask>> asks;
            for (std::uint64_t at = 0; at < times; ++at) {
                asks.push_back(std::make_unique<Ask>(
                    std::vector<job::RecordId>{counter(worker), counter(99)}, add_one));
                lane.submit(*asks.back());
                if (at % 64 == 0) {
                    lane.end_turn();
                    lane.poll();
                }
            }
            while (lane.pending() != 0) {
                lane.end_turn();
                lane.poll();
                std::this_thread::yield();
            }
            for (const auto& ask : asks) {
                check(ask->status() == Status::committed, "an increment is committed");
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (std::uint64_t worker = 0; worker < threads_count; ++worker) {
        BOOST_TEST(rig.read(counter(worker)) == std::to_string(times));
    }
    BOOST_TEST(rig.read(counter(99)) == std::to_string(times * threads_count));
}

BOOST_AUTO_TEST_CASE(on_the_real_disk_too) {
    const belay::test::TemporaryDirectory directory;
    const world::SystemClock clock;
    CountingListener listener;
    std::uint64_t running = 0;
    for (const bool first : {true, false}) {
        world::SystemEntropy entropy;
        auto disk = world::open_posix_disk(directory.path());
        BOOST_REQUIRE(disk.has_value());
        auto store =
            Store::open(**disk, clock, entropy, make_schema(), threaded_settings(), listener);
        BOOST_REQUIRE_MESSAGE(store.has_value(), store.error().what);
        if (first) {
            BOOST_TEST_MESSAGE("direct: " << (*store)->recovery().direct);
            Race race(**store);
            race.run(500);
            running = (*store)->state_hash();
            // As after a kill: nothing is closed.
        } else {
            BOOST_TEST((*store)->state_hash() == running);
            BOOST_TEST((*store)->close().has_value());
        }
    }
    BOOST_TEST(listener.count == 0);
}

/// In each transition a wanderer goes and another comes, and a mark moves from one item to another:
/// a list shows one wanderer and one mark, however it is interleaved.
BOOST_AUTO_TEST_CASE(a_list_is_one_cut) {
    Rig rig(2, threaded_settings());
    rig.open();
    const auto id_of_wanderer = [](std::uint64_t number) {
        return item(number % 2 == 0 ? number : 1'000'000 + number);
    };
    {
        BlockingLane lane(*rig.store);
        for (std::uint64_t number = 0; number < 300; ++number) {
            Ask bystander = put(item(500'000 + number), item_value(7, "bystander"));
            lane.run(bystander);
        }
        Ask begin({id_of_wanderer(0), item(400'000), item(600'000)}, [](const View&, Draft& draft) {
            draft.put(0, as_byte_span(item_value(7, "wanders")));
            draft.put(1, as_byte_span(item_value(7, "marked")));
            draft.put(2, as_byte_span(item_value(7, "plain")));
        });
        lane.run(begin);
    }
    std::atomic<bool> stop{false};
    std::atomic<int> pages{0};
    std::thread reader([&] {
        BlockingLane lane(*rig.store);
        while (!stop.load()) {
            int wanderers = 0;
            int marks = 0;
            int all = 0;
            lane.lane().list(items_of(7), std::nullopt,
                             [&](const job::Uuid&, const RecordView& view) {
                                 const std::string_view text = as_text(view.value).substr(16);
                                 wanderers += text == "wanders" ? 1 : 0;
                                 marks += text == "marked" ? 1 : 0;
                                 ++all;
                                 return true;
                             });
            check(wanderers == 1 && marks == 1 && all == 303, "a list is one cut");
            pages.fetch_add(1);
        }
    });
    BlockingLane lane(*rig.store);
    for (std::uint64_t number = 0; number < 2000 || pages.load() < 200; ++number) {
        Ask move({id_of_wanderer(number), id_of_wanderer(number + 1), item(400'000), item(600'000)},
                 [&](const View& view, Draft& draft) {
                     const bool low = as_text(view.subjects[2]->value).ends_with("marked");
                     draft.remove(0);
                     draft.put(1, as_byte_span(item_value(7, "wanders")));
                     draft.put(2, as_byte_span(item_value(7, low ? "plain" : "marked")));
                     draft.put(3, as_byte_span(item_value(7, low ? "marked" : "plain")));
                 });
        lane.run(move);
        BOOST_REQUIRE((move.status() == Status::committed));
    }
    stop.store(true);
    reader.join();
    BOOST_TEST(rig.list(7).size() == 303U);
}

/// Two counters that move together, and who only looks at them: what he declines by belongs to one
/// moment, though he moves nothing.
BOOST_AUTO_TEST_CASE(what_is_declined_was_so_at_one_moment) {
    Rig rig(3, threaded_settings());
    rig.open();
    std::atomic<bool> stop{false};
    std::thread looker([&] {
        BlockingLane lane(*rig.store);
        while (!stop.load()) {
            std::string left;
            std::string right;
            Ask ask({counter(1), counter(2)}, [&](const View& view, Draft&) {
                left = view.subjects[0] ? as_text(view.subjects[0]->value) : "";
                right = view.subjects[1] ? as_text(view.subjects[1]->value) : "";
            });
            lane.run(ask);
            check(ask.status() == Status::declined && left == right,
                  "a refusal rests on one moment");
        }
    });
    BlockingLane lane(*rig.store);
    for (int number = 0; number < 2000; ++number) {
        Ask both({counter(1), counter(2)}, [&](const View&, Draft& draft) {
            draft.put(0, as_byte_span(std::to_string(number)));
            draft.put(1, as_byte_span(std::to_string(number)));
        });
        lane.run(both);
        BOOST_REQUIRE((both.status() == Status::committed));
    }
    stop.store(true);
    looker.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
