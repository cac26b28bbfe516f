// How many transitions a second does a start bring back, from the log and from a snapshot?
//
// usage: recovery_bench [TRANSITIONS [DIRECTORY]]   (default: 1000000 build/bench-recovery)
//
// Makes a log of real jobs: of ten transitions six are creates with a key, two claims, two cancels
// with a key. Leaves it as a kill would, and opens it again and again; in turn with that, in the
// same run, reads the same files and hashes them with XXH3, which is the least that a recovery can
// do. Then the same with the snapshot that a clean stop leaves. Medians of the rounds, with the
// lowest and the highest; beside the rate by the clock the rate by the processor time of the whole
// start, which a busy machine changes less.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include <xxhash.h>

#include "bench/jobs.hpp"
#include "bench/report.hpp"
#include "core/base/check.hpp"

namespace belay::bench {
namespace {

constexpr int rounds = 5;
constexpr std::size_t depth = 1024;
constexpr std::size_t batch = 6'000;  ///< creates; a third of them claimed, another third cancelled

struct World {
    explicit World(const std::string& directory)
        : path(directory), disk(empty_directory(directory)) {}

    const std::string path;
    const std::unique_ptr<world::Disk> disk;
    world::SystemClock clock;
    world::SystemEntropy entropy;
    world::SystemEntropy ids_entropy;
    AbortOnFailure listener;

    std::unique_ptr<store::Store> open() { return open_store(*disk, clock, entropy, listener); }
};

double seconds_since(const World& world, world::MonotonicTime begin) {
    return std::chrono::duration<double>(world.clock.monotonic() - begin).count();
}

/// Of all threads of this process, in seconds: what a busy machine does not change much.
double processor_time() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

void write_log(World& world, std::size_t transitions) {
    const auto store = world.open();
    JobDriver driver(*store, depth);
    for (std::size_t made = 0; made < transitions; made += batch / 6 * 10) {
        const auto ids = make_ids(batch, world.clock, world.ids_entropy);
        driver.run(Deed::create, ids);
        driver.run(Deed::claim, {ids.begin(), ids.begin() + batch / 3});
        driver.run(Deed::cancel, {ids.begin() + batch / 3, ids.begin() + batch / 3 * 2});
    }
}

/// Reads and hashes every file of the directory, `bytes` of them; seconds.
double read_bare(World& world, std::uint64_t& bytes) {
    std::vector<char> buffer(1 << 20);
    std::uint64_t hash = 0;
    bytes = 0;
    const world::MonotonicTime begin = world.clock.monotonic();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.path)) {
        if (!entry.is_regular_file()) {
            continue;
        }
        const std::string name = std::filesystem::relative(entry.path(), world.path).string();
        const auto file = world.disk->open(name, {world::Open::read});
        check(file.has_value(), "a file of the bench can be read");
        for (std::uint64_t at = 0;;) {
            const auto got = (*file)->read_at(at, std::as_writable_bytes(std::span(buffer)));
            check(got.has_value(), "a file of the bench can be read");
            if (*got == 0) {
                break;
            }
            hash ^= XXH3_64bits(buffer.data(), *got);
            at += *got;
            bytes += *got;
        }
    }
    const double took = seconds_since(world, begin);
    check(hash != 0, "the hash is used");
    return took;
}

/// `count` of the report is what is brought back; prints one line.
void measure(World& world, const char* what, std::uint64_t (*count)(const store::RecoveryReport&)) {
    std::vector<double> rates;
    std::vector<double> ratios;
    std::vector<double> own_rates;
    std::uint64_t brought = 0;
    std::uint64_t bytes = 0;
    for (int round = 0; round < rounds; ++round) {
        const double bare = read_bare(world, bytes);
        // Destroyed without being closed: the next round finds what this one found.
        const double begin = processor_time();
        const auto store = world.open();
        const double spent = processor_time() - begin;
        const double took = std::chrono::duration<double>(store->recovery().took).count();
        brought = count(store->recovery());
        rates.push_back(static_cast<double>(brought) / took);
        own_rates.push_back(static_cast<double>(brought) / spent);
        ratios.push_back(took / bare);
    }
    const Spread rate = spread_of(rates);
    const Spread ratio = spread_of(ratios);
    std::printf("%-10s %9llu %7llu %12.0f %11.0f..%-11.0f %14.0f %6.2f %6.2f..%-6.2f\n", what,
                static_cast<unsigned long long>(brought),
                static_cast<unsigned long long>(bytes >> 20), rate.median, rate.low, rate.high,
                spread_of(own_rates).median, ratio.median, ratio.low, ratio.high);
    std::fflush(stdout);
}

void run(std::size_t transitions, const std::string& directory) {
    World world(directory);
    write_log(world, transitions);
    std::printf("%-10s %9s %7s %12s %24s %14s %s\n", "from", "count", "MiB", "a second",
                "low..high", "a core's second", "time beside reading and hashing");
    measure(world, "log",
            [](const store::RecoveryReport& report) { return report.frames_replayed; });
    check(world.open()->close().has_value(), "the store closes");
    measure(world, "snapshot",
            [](const store::RecoveryReport& report) { return report.records + report.keys; });
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    belay::bench::print_setting(count, arguments);
    const std::size_t transitions =
        count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
    belay::bench::run(transitions, count > 2 ? arguments[2] : "build/bench-recovery");
}
