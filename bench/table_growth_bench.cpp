// Does the growth of a table stall an operation?
//
// usage: table_growth_bench [RECORDS]      (default: 1000000)
//
// Two threads work on one record table: one inserts RECORDS records, the other looks up what is in.
// Each times every single operation. In turn, round by round: a table that begins with 4,096 slots
// and doubles all the way, and one that begins with room for all, which never grows. Beside them a
// third thread only reads the clock and keeps its own longest gap: what the scheduler alone takes
// away. Times by the wall clock, which includes that, and by the thread's own processor time, which
// does not (but for interrupts): the growth's own cost. Medians of the rounds, with the lowest and
// the highest.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

#include "bench/report.hpp"
#include "core/base/check.hpp"
#include "store/table/record_table.hpp"

namespace belay::bench {
namespace {

constexpr std::size_t rounds_max = 5;
constexpr double time_max = 50e6;  ///< microseconds; no round begins later
constexpr std::size_t slots_to_grow_from = 4096;

double now(clockid_t clock) {
    timespec time{};
    check(::clock_gettime(clock, &time) == 0, "the clock can be read");
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

/// Microseconds.
struct Times {
    double longest_wall = 0;
    double longest_processor = 0;
    double spent_wall = 0;
    std::uint64_t operations = 0;

    template <class Operation>
    void time(const Operation& operation) {
        const double wall = now(CLOCK_MONOTONIC);
        const double processor = now(CLOCK_THREAD_CPUTIME_ID);
        operation();
        const double took_processor = now(CLOCK_THREAD_CPUTIME_ID) - processor;
        const double took = now(CLOCK_MONOTONIC) - wall;
        longest_wall = std::max(longest_wall, took);
        longest_processor = std::max(longest_processor, took_processor);
        spent_wall += took;
        ++operations;
    }
};

/// One kind of table over all rounds.
struct Row {
    const char* name;
    std::vector<double> longest_wall;
    std::vector<double> longest_processor;
    std::vector<double> mean;

    void add(const Times& times) {
        longest_wall.push_back(times.longest_wall);
        longest_processor.push_back(times.longest_processor);
        mean.push_back(times.spent_wall / static_cast<double>(times.operations));
    }

    void print() const {
        const Spread wall = spread_of(longest_wall);
        const Spread processor = spread_of(longest_processor);
        std::printf("%-34s %9.0f %8.0f..%-8.0f %9.0f %8.0f..%-8.0f %9.2f\n", name, wall.median,
                    wall.low, wall.high, processor.median, processor.low, processor.high,
                    spread_of(mean).median);
    }
};

job::RecordId id_of(std::uint64_t number) {
    job::RecordId id{job::Kind{1}, {}};
    for (std::size_t at = 0; at < sizeof number; ++at) {
        id.id.octets[at] = static_cast<std::uint8_t>(number >> (8 * at));
    }
    return id;
}

struct Round {
    Times inserts;
    Times lookups;
    Times gaps;
};

void insert_all(store::RecordTable& table, store::Participant& member, std::uint64_t records,
                std::atomic<std::uint64_t>& inserted, Times& times) {
    for (std::uint64_t number = 0; number < records; ++number) {
        bool made = false;
        times.time([&] {
            const store::Section section(member);
            made = table.find_or_make(member, id_of(number)).lookup == store::Lookup::made;
        });
        check(made, "every record of the bench is new");
        // Release, pairs with the acquire below: what is counted is in.
        inserted.store(number + 1, std::memory_order_release);
    }
}

void look_up(const store::RecordTable& table, store::Participant& member, std::uint64_t records,
             const std::atomic<std::uint64_t>& inserted, Times& times) {
    std::uint64_t random = 1;
    for (;;) {
        const std::uint64_t present = inserted.load(std::memory_order_acquire);
        if (present == records) {
            return;
        }
        if (present == 0) {
            continue;
        }
        random = random * 6364136223846793005U + 1442695040888963407U;
        const job::RecordId id = id_of((random >> 33) % present);
        bool found = false;
        times.time([&] {
            const store::Section section(member);
            found = table.find(id) != nullptr;
        });
        check(found, "what was inserted is found");
    }
}

Round run(std::uint64_t records, std::size_t slots) {
    Round round;
    store::Pool pool;
    store::RecordTable table(pool, 7, slots);
    store::Epochs epochs(pool);
    std::atomic<std::uint64_t> inserted{0};
    std::thread inserter([&] {
        store::PoolLane memory(pool);
        store::Participant member(epochs, memory);
        insert_all(table, member, records, inserted, round.inserts);
    });
    std::thread reader([&] {
        store::PoolLane memory(pool);
        store::Participant member(epochs, memory);
        look_up(table, member, records, inserted, round.lookups);
    });
    // Relaxed: only an end to spinning.
    while (inserted.load(std::memory_order_relaxed) != records) {
        round.gaps.time([] {});
    }
    inserter.join();
    reader.join();
    return round;
}

void measure(std::uint64_t records) {
    std::array<Row, 6> rows{Row{"insert, growing", {}, {}, {}},
                            {"insert, large enough", {}, {}, {}},
                            {"look up, growing", {}, {}, {}},
                            {"look up, large enough", {}, {}, {}},
                            {"clock only, beside a growing one", {}, {}, {}},
                            {"clock only, beside a large one", {}, {}, {}}};
    const double begin = now(CLOCK_MONOTONIC);
    std::size_t rounds = 0;
    for (; rounds < rounds_max && now(CLOCK_MONOTONIC) < begin + time_max; ++rounds) {
        for (const std::size_t fixed : {0U, 1U}) {
            const Round round = run(records, fixed == 1 ? records * 2 : slots_to_grow_from);
            rows.at(fixed).add(round.inserts);
            rows.at(2 + fixed).add(round.lookups);
            rows.at(4 + fixed).add(round.gaps);
        }
    }
    std::printf("%llu records, %zu rounds; microseconds\n",
                static_cast<unsigned long long>(records), rounds);
    std::printf("%-34s %9s %18s %9s %18s %9s\n", "", "longest", "low..high", "own time",
                "low..high", "mean");
    for (const Row& row : rows) {
        row.print();
    }
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    belay::bench::print_setting(count, arguments);
    belay::bench::measure(count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000);
}
