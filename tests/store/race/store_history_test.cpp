// Recorded histories of a few hot records and keys at the store's interface, with real lanes and
// the log's own thread, are linearizable: reads, compare-and-set, inserts, removals, claims.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/check.hpp"
#include "tests/store/engine/rig.hpp"
#include "tests/store/race/history.hpp"

namespace belay::store::testing {
namespace {

constexpr std::size_t threads = 3;
constexpr std::uint64_t hot_records = 2;
constexpr std::uint64_t hot_keys = 2;
constexpr int steps = 250;  ///< of a thread in a round
constexpr int rounds = 6;

struct Round {
    Moments moments;
    std::vector<History> records = std::vector<History>(hot_records, History(threads));
    std::vector<History> keys = std::vector<History>(hot_keys, History(threads));
};

std::uint64_t number_in(ByteSpan value) {
    return std::stoull(std::string(as_text(value)));
}

/// Looks at a counter and, unless it only reads, gives it `value` or removes it.
Event move_record(Round& round, BlockingLane& lane, std::uint64_t record, std::uint64_t value,
                  bool only_read, bool remove_it) {
    Event event;
    Ask ask({counter(record)}, [&](const View& view, Draft& draft) {
        const auto& now = view.subjects[0];
        event.saw = now ? number_in(now->value) : 0;
        event.wrote = !only_read && (now || !remove_it);
        event.value = remove_it ? 0 : value;
        if (event.wrote && remove_it) {
            draft.remove(0);
        } else if (event.wrote) {
            draft.put(0, as_byte_span(std::to_string(value)));
        }
    });
    event.invoked = round.moments.next();
    lane.run(ask);
    event.responded = round.moments.next();
    check(ask.status() == (event.wrote ? Status::committed : Status::declined),
          "nothing is in the way");
    return event;
}

Event read_record(Round& round, BlockingLane& lane, std::uint64_t record) {
    Event event;
    event.invoked = round.moments.next();
    lane.lane().read(counter(record),
                     [&](const RecordView& view) { event.saw = number_in(view.value); });
    event.responded = round.moments.next();
    return event;
}

/// Claims a key if it is fresh; forgets it otherwise if `forget_it`.
Event move_key(Round& round, BlockingLane& lane, std::uint64_t key, std::uint64_t value,
               bool forget_it) {
    Event event;
    const std::string body = std::to_string(value);
    Ask ask(
        {},
        [&](const View& view, Draft& draft) {
            event.saw = view.remembered ? std::stoull(std::string(view.remembered->body)) : 0;
            event.wrote = (event.saw != 0) == forget_it;
            event.value = forget_it ? 0 : value;
            if (event.wrote && forget_it) {
                draft.forget();
            } else if (event.wrote) {
                draft.remember(answer(body));
            }
        },
        "hot key " + std::to_string(key));
    event.invoked = round.moments.next();
    lane.run(ask);
    event.responded = round.moments.next();
    return event;
}

void work(Rig& rig, Round& round, std::size_t thread, std::uint64_t seed) {
    BlockingLane lane(*rig.store);
    std::mt19937_64 random(seed);
    for (int step = 0; step < steps; ++step) {
        const std::uint64_t value = (thread + 1) * 1'000'000 + static_cast<std::uint64_t>(step);
        const std::uint64_t which = random();
        const std::uint64_t record = which % hot_records;
        const std::uint64_t key = which % hot_keys;
        switch (random() % 6) {
            case 0:
                round.records[record][thread].push_back(read_record(round, lane, record));
                break;
            case 1:
            case 2:
                round.keys[key][thread].push_back(
                    move_key(round, lane, key, value, random() % 3 == 0));
                break;
            default:
                round.records[record][thread].push_back(
                    move_record(round, lane, record, value, random() % 4 == 0, random() % 4 == 0));
        }
    }
}

void judge_all(const std::vector<History>& histories, const char* what) {
    for (std::size_t at = 0; at < histories.size(); ++at) {
        const Finding finding = judge(histories[at]);
        BOOST_TEST((finding == Finding::linearizable),
                   what << " " << at << ": finding " << static_cast<int>(finding));
    }
}

BOOST_AUTO_TEST_SUITE(store_history_of_lanes)

BOOST_AUTO_TEST_CASE(of_hot_records_and_keys) {
    const char* given = std::getenv("BELAY_TEST_SEED");
    const std::uint64_t seed = given == nullptr ? 20'261'122 : std::strtoull(given, nullptr, 0);
    std::fprintf(stderr, "BELAY_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    for (int number = 0; number < rounds; ++number) {
        Settings settings = small_settings();
        settings.single_threaded = false;
        Rig rig(seed, settings);
        rig.open();
        Round round;
        std::vector<std::thread> running;
        for (std::size_t thread = 0; thread < threads; ++thread) {
            running.emplace_back([&, thread] {
                work(rig, round, thread, seed + 100 * static_cast<std::uint64_t>(number) + thread);
            });
        }
        for (std::thread& thread : running) {
            thread.join();
        }
        judge_all(round.records, "record");
        judge_all(round.keys, "key");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
