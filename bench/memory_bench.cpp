// How much memory does a queued export job with an idempotency key take?
//
// usage: memory_bench [JOBS [DIRECTORY]]      (default: 1000000 build/bench-memory)
//
// One process opens an empty store, makes the jobs and compares its anonymous memory before and
// after; another opens what the first has closed and does the same. Both are bounded by 700 bytes a
// job (issue of the engine's proof); the exit status says whether they are kept.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "bench/jobs.hpp"
#include "bench/report.hpp"
#include "core/base/check.hpp"
#include "store/table/idempotency_table.hpp"
#include "store/table/record_table.hpp"

namespace belay::bench {
namespace {

constexpr double bytes_a_job_max = 700;
constexpr std::size_t depth = 1024;
constexpr std::size_t batch = 10'000;

struct World {
    explicit World(const std::string& directory) : path(directory) {}

    const std::string& path;
    world::SystemClock clock;
    world::SystemEntropy entropy;
    world::SystemEntropy ids_entropy;
    AbortOnFailure listener;
};

double each(std::uint64_t bytes, std::size_t jobs) {
    return static_cast<double>(bytes) / static_cast<double>(jobs);
}

/// Prints what a job takes, and whether that is within the bound.
bool print_total(const char* what, std::uint64_t before, std::uint64_t after, std::size_t jobs) {
    const double bytes = each(after - before, jobs);
    std::printf("%-38s %8.1f bytes a job (RssAnon %llu MiB before, %llu MiB after; at most %.0f)\n",
                what, bytes, static_cast<unsigned long long>(before >> 20),
                static_cast<unsigned long long>(after >> 20), bytes_a_job_max);
    std::fflush(stdout);
    return bytes <= bytes_a_job_max;
}

void print_breakdown(const store::Statistics& statistics, const Sizes& sizes, std::size_t jobs) {
    const auto line = [](const char* what, double bytes) {
        std::printf("  %-36s %8.1f\n", what, bytes);
    };
    const std::size_t slots = statistics.record_slots + statistics.key_slots;
    line("record: entry", sizeof(store::Record));
    line("record: version's head", sizeof(store::Version));
    line("record: value", static_cast<double>(sizes.record_value));
    line("key: entry", sizeof(store::KeyRecord));
    line("key: name", static_cast<double>(sizes.key_name));
    line("key: version's head", sizeof(store::Version));
    line("key: remembered head", 42);
    line("key: answer", static_cast<double>(sizes.key_value));
    line("slots of both tables", each(slots * sizeof(std::uint64_t), jobs));
    line("all of the store (blocks and slots)", each(statistics.memory_bytes, jobs));
}

bool fill(World& world, std::size_t jobs) {
    const auto disk = empty_directory(world.path);
    const auto store = open_store(*disk, world.clock, world.entropy, world.listener);
    bool kept = false;
    {
        JobDriver driver(*store, depth);
        driver.run(Deed::create, make_ids(depth, world.clock, world.ids_entropy));
        const std::uint64_t before = resident_bytes();
        for (std::size_t made = 0; made < jobs; made += batch) {
            driver.run(Deed::create,
                       make_ids(std::min(batch, jobs - made), world.clock, world.ids_entropy));
        }
        kept = print_total("made by this process:", before, resident_bytes(), jobs);
        print_breakdown(store->statistics(), driver.sizes(), jobs);
    }
    check(store->close().has_value(), "the store closes");
    return kept;
}

bool reopen(World& world, std::size_t jobs) {
    const auto disk = world::open_posix_disk(world.path);
    check(disk.has_value(), "the directory is there");
    const std::uint64_t before = resident_bytes();
    const auto store = open_store(**disk, world.clock, world.entropy, world.listener);
    return print_total("loaded from the snapshot (ring included):", before, resident_bytes(), jobs);
}

/// In a process of its own, since memory that was freed before would be used again.
bool in_child(World& world, std::size_t jobs, bool (*body)(World&, std::size_t)) {
    std::fflush(stdout);
    const pid_t child = ::fork();
    check(child >= 0, "a bench can make a process");
    if (child == 0) {
        const bool kept = body(world, jobs);
        std::fflush(stdout);
        ::_exit(kept ? 0 : 1);
    }
    int status = 0;
    check(::waitpid(child, &status, 0) == child, "the child is ours");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    using namespace belay::bench;
    print_setting(count, arguments);
    const std::size_t jobs = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
    const std::string directory = count > 2 ? arguments[2] : "build/bench-memory";
    World world(directory);
    const bool made = in_child(world, jobs, fill);
    const bool loaded = in_child(world, jobs, reopen);
    std::filesystem::remove_all(directory);
    return made && loaded ? 0 : 1;
}
