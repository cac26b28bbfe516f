// How do tables of idempotency keys bear contention?
//
// usage: idempotency_bench [--keys N] [--operations N] [--rounds N] [--stops N]
//
// Mixes: uniform inserts; uniform hits, hits by Zipf's law (0.99) and on one hot key; mismatches.
// By 1, 2, 4 and 8 threads. Every verdict is checked. In each round every table has its turn.
// Prints one JSON object: operations a second of each round; of one run more, in which each 16th
// operation is timed, the latencies; and what two threads do while a third is stopped somewhere
// inside an operation (a signal's handler holds it).
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <pthread.h>

#include "bench/idempotency/tables.hpp"
#include "bench/load/histogram.hpp"
#include "core/base/check.hpp"

namespace belay::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Sizes {
    std::size_t keys = 400'000;
    std::size_t operations = 400'000;  ///< of all threads together
    std::size_t rounds = 3;
    std::size_t stops = 20;
};

enum class Draw { uniform, zipf, hot };

struct Mix {
    const char* name;
    Draw draw;
    Verdict wanted;  ///< of every operation
};

constexpr std::array mixes{
    Mix{"insert, uniform", Draw::uniform, Verdict::fresh},
    Mix{"hit, uniform", Draw::uniform, Verdict::replay},
    Mix{"hit, Zipf 0.99", Draw::zipf, Verdict::replay},
    Mix{"hit, one hot key", Draw::hot, Verdict::replay},
    Mix{"mismatch, uniform", Draw::uniform, Verdict::mismatch},
};

/// As the export family names its keys (http/families/common/idempotency_key.hpp).
std::vector<std::string> make_names(std::size_t count) {
    std::mt19937_64 random(7);
    const auto hex = [&](std::size_t digits) {
        std::string text;
        while (text.size() < digits) {
            text.push_back("0123456789abcdef"[random() & 15U]);
        }
        return text;
    };
    const std::string tenant = hex(16);
    std::vector<std::string> names;
    names.reserve(count);
    for (std::size_t at = 0; at < count; ++at) {
        names.push_back("exports:" + tenant + "bench POST /v1/export-jobs/" + hex(8) + "-" +
                        hex(4) + "-" + hex(4) + "-" + hex(4) + "-" + hex(12) + "/cancel " +
                        hex(32));
    }
    return names;
}

/// Which key each operation uses. Drawn beforehand: drawing would cost more than looking up.
std::vector<std::uint32_t> make_order(Draw draw, const Sizes& sizes) {
    std::mt19937_64 random(11);
    std::vector<std::uint32_t> order(sizes.operations);
    if (draw == Draw::zipf) {
        std::vector<double> up_to(sizes.keys);
        double sum = 0;
        for (std::size_t rank = 0; rank < up_to.size(); ++rank) {
            sum += 1 / std::pow(static_cast<double>(rank + 1), 0.99);
            up_to[rank] = sum;
        }
        std::uniform_real_distribution<double> place(0, sum);
        for (std::uint32_t& key : order) {
            const auto found = std::lower_bound(up_to.begin(), up_to.end(), place(random));
            key = static_cast<std::uint32_t>(found - up_to.begin());
        }
        return order;
    }
    for (std::size_t at = 0; at < order.size(); ++at) {
        order[at] = draw == Draw::hot ? 0 : static_cast<std::uint32_t>(at % sizes.keys);
    }
    std::shuffle(order.begin(), order.end(), random);
    return order;
}

struct World {
    Sizes sizes;
    std::vector<std::string> names;
    Print print{};
    Print other_print{};
};

/// What threads do between a common start and their end; returns seconds.
template <class Body>
double together(std::size_t threads, Body body) {
    std::atomic<std::size_t> ready{0};
    std::atomic<bool> begun{false};
    std::vector<std::thread> all;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        all.emplace_back([&, thread] {
            ready.fetch_add(1);
            begun.wait(false);
            body(thread);
        });
    }
    while (ready.load() < threads) {
        std::this_thread::yield();
    }
    const auto begin = Clock::now();
    begun.store(true);
    begun.notify_all();
    for (std::thread& thread : all) {
        thread.join();
    }
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void fill(Table& table, const World& world) {
    const auto access = table.open();
    for (const std::string& name : world.names) {
        check(access->use(name, world.print) == Verdict::fresh, "a table is filled once");
    }
}

/// One run; `latency` may be null.
double run(Table& table, const World& world, const Mix& mix,
           const std::vector<std::uint32_t>& order, std::size_t threads, Histogram* latency) {
    const Print& print = mix.wanted == Verdict::mismatch ? world.other_print : world.print;
    std::vector<Histogram> histograms(latency == nullptr ? 0 : threads);
    const double seconds = together(threads, [&](std::size_t thread) {
        const auto access = table.open();
        const std::size_t end = order.size() * (thread + 1) / threads;
        std::size_t wrong = 0;
        for (std::size_t at = order.size() * thread / threads; at < end; ++at) {
            const std::string& name = world.names[order[at]];
            if (latency != nullptr && at % 16 == 0) {
                const auto begin = Clock::now();
                wrong += access->use(name, print) == mix.wanted ? 0 : 1;
                histograms[thread].record(Clock::now() - begin);
            } else {
                wrong += access->use(name, print) == mix.wanted ? 0 : 1;
            }
        }
        check(wrong == 0, "every verdict is right");
    });
    for (const Histogram& histogram : histograms) {
        latency->add(histogram);
    }
    return static_cast<double>(order.size()) / seconds;
}

void print_quantiles(const Histogram& latency) {
    std::printf("\"latency_us\":{");
    const char* comma = "";
    for (const auto& [name, share] : {std::pair("p50", 0.5), std::pair("p99", 0.99),
                                      std::pair("p999", 0.999), std::pair("p9999", 0.9999)}) {
        std::printf("%s\"%s\":%.3f", comma, name,
                    static_cast<double>(latency.quantile(share).count()) / 1e3);
        comma = ",";
    }
    std::printf("}");
}

void print_mix(const World& world, const Mix& mix, std::size_t threads, bool is_first) {
    const std::vector<Kind> kinds = all_kinds();
    const std::vector<std::uint32_t> order = make_order(mix.draw, world.sizes);
    std::vector<std::vector<double>> rates(kinds.size());
    std::vector<Histogram> latencies(kinds.size());
    // The last round is the one that is timed.
    for (std::size_t round = 0; round <= world.sizes.rounds; ++round) {
        for (std::size_t turn = 0; turn < kinds.size(); ++turn) {
            const std::size_t which = (round + turn) % kinds.size();
            const auto table = kinds[which].make(world.sizes.keys);
            if (mix.wanted != Verdict::fresh) {
                fill(*table, world);
            }
            const bool is_timed = round == world.sizes.rounds;
            const double rate =
                run(*table, world, mix, order, threads, is_timed ? &latencies[which] : nullptr);
            if (!is_timed) {
                rates[which].push_back(rate);
            }
        }
    }
    for (std::size_t which = 0; which < kinds.size(); ++which) {
        std::printf("%s{\"mix\":\"%s\",\"threads\":%zu,\"table\":\"%s\",\"per_second\":[",
                    is_first && which == 0 ? "" : ",\n", mix.name, threads,
                    std::string(kinds[which].name).c_str());
        for (std::size_t round = 0; round < rates[which].size(); ++round) {
            std::printf("%s%.0f", round == 0 ? "" : ",", rates[which][round]);
        }
        std::printf("],");
        print_quantiles(latencies[which]);
        std::printf("}");
    }
}

std::atomic<bool> is_held{false};

/// Holds the thread that it interrupts, wherever that is.
extern "C" void hold(int) {
    while (is_held.load(std::memory_order_acquire)) {
        const timespec moment{0, 200'000};
        ::nanosleep(&moment, nullptr);
    }
}

/// Operations a second of two threads while a third is held at a random point of its operations on
/// the same keys; one figure for each stop.
std::vector<double> rates_beside_a_stopped(const Kind& kind, const World& world) {
    constexpr auto held_for = std::chrono::milliseconds(60);
    const auto table = kind.make(world.sizes.keys);
    fill(*table, world);
    std::atomic<bool> is_over{false};
    std::array<std::atomic<std::uint64_t>, 3> done{};
    const std::vector<std::uint32_t> order = make_order(Draw::zipf, world.sizes);
    const auto work = [&](std::size_t thread) {
        const auto access = table->open();
        for (std::size_t at = thread; !is_over.load(std::memory_order_relaxed);
             at = (at + 1) % order.size()) {
            check(access->use(world.names[order[at]], world.print) == Verdict::replay,
                  "every verdict is right");
            done[thread].fetch_add(1, std::memory_order_relaxed);
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < done.size(); ++thread) {
        threads.emplace_back(work, thread);
    }
    std::mt19937_64 random(13);
    std::vector<double> rates;
    for (std::size_t stop = 0; stop < world.sizes.stops; ++stop) {
        std::this_thread::sleep_for(std::chrono::microseconds(5'000 + random() % 5'000));
        is_held.store(true, std::memory_order_release);
        ::pthread_kill(threads[0].native_handle(), SIGUSR1);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        const std::uint64_t before = done[1] + done[2];
        const auto begin = Clock::now();
        std::this_thread::sleep_for(held_for);
        const std::uint64_t after = done[1] + done[2];
        rates.push_back(static_cast<double>(after - before) /
                        std::chrono::duration<double>(Clock::now() - begin).count());
        is_held.store(false, std::memory_order_release);
    }
    is_over.store(true);
    for (std::thread& thread : threads) {
        thread.join();
    }
    return rates;
}

int run_all(const Sizes& sizes) {
    World world{sizes, make_names(sizes.keys), {}, {}};
    world.other_print[0] = std::byte{1};
    std::printf("{\"mixes\":[\n");
    bool is_first = true;
    for (const Mix& mix : mixes) {
        for (const std::size_t threads : {1U, 2U, 4U, 8U}) {
            print_mix(world, mix, threads, is_first);
            is_first = false;
        }
    }
    std::printf("],\n\"stopped\":{\n");
    std::signal(SIGUSR1, &hold);
    const char* comma = "";
    for (const Kind& kind : all_kinds()) {
        std::printf("%s\"%s\":[", comma, std::string(kind.name).c_str());
        const char* inner = "";
        for (const double rate : rates_beside_a_stopped(kind, world)) {
            std::printf("%s%.0f", inner, rate);
            inner = ",";
        }
        std::printf("]");
        comma = ",\n";
    }
    std::printf("}}\n");
    return 0;
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    belay::bench::Sizes sizes;
    CLI::App app("How do tables of idempotency keys bear contention?");
    app.add_option("--keys", sizes.keys);
    app.add_option("--operations", sizes.operations);
    app.add_option("--rounds", sizes.rounds);
    app.add_option("--stops", sizes.stops);
    CLI11_PARSE(app, count, arguments);
    sizes.operations = std::min(sizes.operations, sizes.keys);  // an insert is of a key not seen
    return belay::bench::run_all(sizes);
}
