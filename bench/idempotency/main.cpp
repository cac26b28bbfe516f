// How many keys a second does a table claim, find again, or refuse, when threads contend for them?
//
// usage: idempotency_bench TABLE [--keys N] [--seconds S] [--stops N]
//
// TABLE is one of bench/idempotency/table.hpp; one process for each, so that none works in the
// memory that another has left behind. N is a power of two: so many keys are there before the hits,
// and half as many requests are made by an insertion. S is how long hits are measured.
//
//   insert    into an empty table with room for all. uniform: each key once. zipf: keys as often as
//             Zipf's law has it, the first time an insertion. hot: every thread claims the same
//             new keys in the same order.
//   hit       of a table with N keys: replays.  mismatch: the same with another fingerprint.
//
// Prints one JSON object. Every outcome is checked: a wrong one ends the bench. A request that is
// told to come again, since another thread is claiming its key, is not served: rates do not count
// it, and how many there were is said beside.
#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "bench/idempotency/stall.hpp"
#include "bench/idempotency/table.hpp"
#include "bench/idempotency/work.hpp"
#include "core/base/check.hpp"

namespace belay::bench::idempotency {
namespace {

constexpr std::array thread_counts{1U, 2U, 4U, 8U};
constexpr std::array distributions{Distribution::hot, Distribution::zipf, Distribution::uniform};
constexpr std::size_t latency_threads = 2;
constexpr std::size_t stall_threads = 2;

struct Options {
    std::string_view table;
    std::size_t keys = 1 << 19;
    double seconds = 0.05;
    std::uint64_t stops = 20;
};

class Bench {
  public:
    explicit Bench(const Options& options) : options_(options), numbers_(options.keys) {}

    void run_all() {
        std::printf("{\"table\":\"%s\",\"cells\":[", options_.table.data());
        for (const Distribution distribution : distributions) {
            for (const unsigned threads : thread_counts) {
                measure_insertion(distribution, threads, false);
            }
            measure_insertion(distribution, latency_threads, true);
        }
        fill();
        for (const Distribution distribution : distributions) {
            for (const Mix mix : {Mix::hit, Mix::mismatch}) {
                for (const unsigned threads : thread_counts) {
                    measure_hits(distribution, mix, threads, false);
                }
                measure_hits(distribution, mix, latency_threads, true);
            }
        }
        std::printf("],\"stalls\":[");
        is_first_ = true;
        stall_at(Distribution::hot);
        stall_at(Distribution::uniform);
        std::printf("]}\n");
    }

  private:
    std::unique_ptr<Table> make(std::size_t expected) const {
        auto table = make_table(options_.table, expected);
        check(table != nullptr, "a table of the bench is named");
        return table;
    }

    bool is_alone() const { return options_.table == "none"; }

    void measure_insertion(Distribution distribution, std::size_t threads, bool times) {
        const std::uint64_t total = options_.keys / 2;
        const auto table = make(distribution == Distribution::hot ? total / threads : total);
        Task task;
        task.table = table.get();
        task.threads = threads;
        task.requests_each = total / threads;
        task.times = times;
        task.number_of = [&](std::size_t index, std::uint64_t at) -> std::uint64_t {
            switch (distribution) {
                case Distribution::hot:
                    return at;
                case Distribution::zipf:
                    return numbers_.draw(distribution, index * total / threads + at);
                case Distribution::uniform:
                    return numbers_.spread(index * total / threads + at);
            }
            return 0;
        };
        const Result result = run(task);
        if (!is_alone()) {
            const std::uint64_t fresh = result.tally.of(Outcome::fresh);
            check(fresh == table->size(), "each key is claimed once");
            check(result.tally.of(Outcome::mismatch) == 0, "what was claimed is what was asked");
            check(distribution != Distribution::uniform || fresh == total, "no key is lost");
            check(distribution != Distribution::hot || fresh == total / threads, "no key is lost");
        }
        print(distribution, Mix::insert, task, result);
    }

    void fill() {
        // With room for what the stalls insert.
        filled_ = make(options_.keys * 2);
        if (is_alone()) {
            return;
        }
        Task task;
        task.table = filled_.get();
        task.requests_each = options_.keys;
        task.number_of = [&](std::size_t, std::uint64_t at) { return numbers_.spread(at); };
        check(run(task).tally.of(Outcome::fresh) == options_.keys, "every key is new");
    }

    Task hits(Distribution distribution, std::size_t threads) {
        Task task;
        task.table = filled_.get();
        task.threads = threads;
        task.seconds = options_.seconds;
        task.same_request = distribution == Distribution::hot;
        // Every thread begins somewhere else, and goes on where it ended in the time before.
        const std::uint64_t begin = begin_;
        begin_ += 12'345;
        task.number_of = [this, distribution, begin](std::size_t index, std::uint64_t at) {
            return numbers_.draw(distribution, begin + index * 131'072 + at);
        };
        return task;
    }

    void measure_hits(Distribution distribution, Mix mix, std::size_t threads, bool times) {
        Task task = hits(distribution, threads);
        task.other_content = mix == Mix::mismatch;
        task.times = times;
        const Result result = run(task);
        if (!is_alone()) {
            const Outcome right = mix == Mix::hit ? Outcome::replay : Outcome::mismatch;
            check(result.tally.of(right) == result.tally.total(), "every outcome is right");
        }
        print(distribution, mix, task, result);
    }

    /// Hits; where keys are many, every eighth request is a new one.
    void stall_at(Distribution distribution) {
        Task task = hits(distribution, stall_threads);
        if (distribution != Distribution::hot) {
            task.number_of = [this, before = task.number_of](std::size_t index, std::uint64_t at) {
                return at % 8 != 0 ? before(index, at)
                                   : options_.keys + (static_cast<std::uint64_t>(index) << 32) + at;
            };
        }
        const Stalls stalls = stall(task, options_.stops);
        if (!is_alone()) {
            check(stalls.tally.of(Outcome::mismatch) == 0, "every outcome is right");
        }
        std::printf(
            "%s{\"distribution\":\"%s\",\"stops\":%llu,\"stuck_one\":%llu,"
            "\"stuck_all\":%llu,\"in_flight\":%llu,\"stalled_rate\":%.0f,\"free_rate\":%.0f,"
            "\"longest_milliseconds\":%.3f}",
            separator(), name_of(distribution).data(),
            static_cast<unsigned long long>(stalls.stops),
            static_cast<unsigned long long>(stalls.stuck_one),
            static_cast<unsigned long long>(stalls.stuck_all),
            static_cast<unsigned long long>(stalls.tally.of(Outcome::in_flight)),
            stalls.stalled_rate, stalls.free_rate, stalls.longest_milliseconds);
    }

    const char* separator() {
        const bool first = is_first_;
        is_first_ = false;
        return first ? "\n" : ",\n";
    }

    void print(Distribution distribution, Mix mix, const Task& task, const Result& result) {
        std::printf("%s{\"distribution\":\"%s\",\"mix\":\"%s\",\"threads\":%zu,", separator(),
                    name_of(distribution).data(), name_of(mix).data(), task.threads);
        std::printf("\"fresh\":%llu,\"in_flight\":%llu,",
                    static_cast<unsigned long long>(result.tally.of(Outcome::fresh)),
                    static_cast<unsigned long long>(result.tally.of(Outcome::in_flight)));
        if (task.times) {
            std::printf("\"nanoseconds\":{");
            for (const double share : {0.5, 0.9, 0.99, 0.999, 0.9999}) {
                std::printf("\"%g\":%lld,", share * 100,
                            static_cast<long long>(result.latency.quantile(share).count()));
            }
            std::printf("\"100\":%lld}}", static_cast<long long>(result.latency.max().count()));
        } else {
            std::printf("\"rate\":%.0f}",
                        static_cast<double>(result.tally.served()) / result.seconds);
        }
    }

    const Options options_;
    const Numbers numbers_;
    std::unique_ptr<Table> filled_;
    std::uint64_t begin_ = 0;
    bool is_first_ = true;
};

/// False if the arguments mean nothing.
bool read_options(int count, char** arguments, Options& options) {
    if (count < 2 || count % 2 != 0) {
        return false;
    }
    options.table = arguments[1];
    for (int at = 2; at < count; at += 2) {
        const std::string_view name = arguments[at];
        const char* value = arguments[at + 1];
        if (name == "--keys") {
            options.keys = std::strtoull(value, nullptr, 10);
        } else if (name == "--seconds") {
            options.seconds = std::strtod(value, nullptr);
        } else if (name == "--stops") {
            options.stops = std::strtoull(value, nullptr, 10);
        } else {
            return false;
        }
    }
    return std::has_single_bit(options.keys) && options.keys >= 1024 && options.seconds > 0 &&
           options.stops > 0 && make_table(options.table, 1) != nullptr;
}

}  // namespace
}  // namespace belay::bench::idempotency

int main(int count, char** arguments) {
    using namespace belay::bench::idempotency;
    Options options;
    if (!read_options(count, arguments, options)) {
        std::fprintf(stderr,
                     "usage: idempotency_bench TABLE [--keys N] [--seconds S] [--stops N]\n"
                     "N is a power of two, at least 1024\n");
        return 2;
    }
    Bench(options).run_all();
    return 0;
}
