// How long does a start take? One process for each start, as starts are.
//
// usage: recovery_bench make DIRECTORY JOBS
//        recovery_bench mixed DIRECTORY JOBS
//        recovery_bench open|hash|close DIRECTORY
//
// make: jobs with a create key, left as a kill would.
// mixed: likewise, a third of them claimed, a third cancelled with a key.
// open: opens, and ends as a kill would.
// hash: likewise, and tells the hash of the state that was found.
// close: the same, and closes: leaves a snapshot.
//
// Prints one JSON object: what the start found, how long it took by the clock, and the processor
// time of all threads until it was ready. bench/speed/recovery_bench.py runs it.
#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "bench/jobs.hpp"
#include "bench/report.hpp"
#include "core/base/check.hpp"

namespace belay::bench {
namespace {

constexpr std::size_t depth = 1024;
constexpr std::size_t batch = 6'000;
constexpr std::uint64_t memory_bytes_max = 20ULL << 30;

/// Of all threads of this process, in seconds.
double processor_time() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::unique_ptr<world::Disk> existing_or_new(const std::string& directory) {
    auto disk = world::open_posix_disk(directory);
    check(disk.has_value(), "the bench's directory can be opened");
    return std::move(*disk);
}

struct World {
    explicit World(const std::string& directory) : disk(existing_or_new(directory)) {}

    std::unique_ptr<store::Store> open() {
        return open_store(*disk, clock, entropy, listener, memory_bytes_max);
    }

    const std::unique_ptr<world::Disk> disk;
    world::SystemClock clock;
    world::SystemEntropy entropy;
    world::SystemEntropy ids_entropy;
    AbortOnFailure listener;
};

void make(World& world, std::size_t jobs, bool mixed) {
    const auto store = world.open();
    JobDriver driver(*store, depth);
    for (std::size_t made = 0; made < jobs;) {
        const std::size_t count = std::min(batch, jobs - made);
        const auto ids = make_ids(count, world.clock, world.ids_entropy);
        driver.run(Deed::create, ids);
        if (mixed) {
            const auto third = static_cast<std::ptrdiff_t>(count / 3);
            driver.run(Deed::claim, {ids.begin(), ids.begin() + third});
            driver.run(Deed::cancel, {ids.begin() + third, ids.begin() + 2 * third});
        }
        made += count;
    }
    std::printf("{\"jobs\": %zu}\n", jobs);
}

/// Ends the process: what a start costs is not what taking millions of jobs apart costs.
[[noreturn]] void open(World& world, bool hashes, bool closes) {
    const double begin = processor_time();
    const auto store = world.open();
    const double spent = processor_time() - begin;
    const store::RecoveryReport& report = store->recovery();
    std::printf("{\"seconds\": %.6f, \"processor_seconds\": %.6f, \"transitions\": %" PRIu64
                ", \"records\": %" PRIu64 ", \"keys\": %" PRIu64 ", \"resident_bytes\": %" PRIu64,
                std::chrono::duration<double>(report.took).count(), spent, report.frames_replayed,
                report.records, report.keys, resident_bytes());
    if (hashes) {
        std::printf(", \"state\": \"%016" PRIx64 "\"", store->state_hash());
    }
    std::puts("}");
    if (closes) {
        const auto closed = store->close();
        if (closed.has_error()) {
            std::fprintf(stderr, "the store does not close: %s\n", closed.error().what.c_str());
            std::exit(1);
        }
    }
    std::fflush(stdout);
    ::_exit(0);
}

int usage() {
    std::fputs(
        "usage: recovery_bench make|mixed DIRECTORY JOBS\n"
        "       recovery_bench open|hash|close DIRECTORY\n",
        stderr);
    return 2;
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    using namespace belay::bench;
    if (count < 3) {
        return usage();
    }
    const std::string_view deed = arguments[1];
    World world(arguments[2]);
    if (count == 3 && (deed == "open" || deed == "hash" || deed == "close")) {
        open(world, deed != "open", deed == "close");
    }
    if (count == 4 && (deed == "make" || deed == "mixed")) {
        make(world, std::strtoull(arguments[3], nullptr, 10), deed == "mixed");
        return 0;
    }
    return usage();
}
