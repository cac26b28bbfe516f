// How much memory does a queued export job with an idempotency key take?
//
// usage: memory_bench [JOBS [DIRECTORY]]      (default: 1000000 build/bench-memory)
//
// One process opens an empty store, makes the jobs, compares its anonymous memory before and after,
// and cancels them all, each under a key of its own; another opens what the first has closed. Each
// prints one JSON object a line: the phase, and what a job takes in bytes. The exit status says
// whether a queued job, made or loaded, takes no more than it may, without its share of the ring.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "bench/jobs.hpp"
#include "bench/report.hpp"
#include "core/base/check.hpp"
#include "store/table/idempotency_table.hpp"
#include "store/table/record_table.hpp"

namespace belay::bench {
namespace {

constexpr double bytes_a_job_max = 400;
constexpr std::size_t depth = 1024;
/// Expiry, status and fingerprint, before the body.
constexpr std::size_t remembered_head_bytes = 8 + 2 + 32;

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

/// Prints what a job takes; more members may follow until end_line().
double print_phase(const char* phase, std::uint64_t before, std::uint64_t after, std::size_t jobs) {
    const double bytes = each(after - before, jobs);
    std::printf(R"({"phase":"%s","jobs":%zu,"bytes_a_job":%.1f)", phase, jobs, bytes);
    return bytes;
}

void end_line() {
    std::printf("}\n");
    std::fflush(stdout);
}

/// Before anything is packed or rounded up, but for the last two.
void print_parts(const store::Statistics& statistics, const Sizes& sizes, std::size_t jobs) {
    const std::size_t slots = statistics.record_slots + statistics.key_slots;
    std::printf(R"(,"parts":{"record: entry":%zu,"record: head of its version":%zu,)"
                R"("record: value":%llu,"key: entry":%zu,"key: name as a text":%llu,)"
                R"("key: head of its version":%zu,"key: answer with what is known of it":%llu,)"
                R"("slots of both tables":%.1f,"all that the store counts":%.1f})",
                sizeof(store::Record), sizeof(store::Version),
                static_cast<unsigned long long>(sizes.record_value), sizeof(store::KeyRecord),
                static_cast<unsigned long long>(sizes.key_name), sizeof(store::Version),
                static_cast<unsigned long long>(sizes.key_value + remembered_head_bytes),
                each(slots * sizeof(std::uint64_t), jobs), each(statistics.memory_bytes, jobs));
}

bool fill(World& world, std::size_t jobs) {
    const auto disk = empty_directory(world.path);
    const auto store = open_store(*disk, world.clock, world.entropy, world.listener);
    const std::vector<job::Uuid> ids = make_ids(jobs, world.clock, world.ids_entropy);
    double bytes = 0;
    {
        JobDriver driver(*store, depth);
        driver.run(Deed::create, make_ids(depth, world.clock, world.ids_entropy));
        const std::uint64_t before = resident_bytes();
        driver.run(Deed::create, ids);
        bytes = print_phase("made", before, resident_bytes(), jobs);
        print_parts(store->statistics(), driver.sizes(), jobs);
        end_line();
    }
    check(store->close().has_value(), "the store closes");
    return bytes <= bytes_a_job_max;
}

bool reopen(World& world, std::size_t jobs) {
    const auto disk = world::open_posix_disk(world.path);
    check(disk.has_value(), "the directory is there");
    const std::uint64_t before = resident_bytes();
    const auto store = open_store(**disk, world.clock, world.entropy, world.listener);
    const double bytes = print_phase("loaded, the ring included", before, resident_bytes(), jobs);
    // The one part that does not grow with the jobs.
    const double ring = each(store->statistics().ring_bytes, jobs);
    std::printf(R"(,"ring":%.1f)", ring);
    end_line();
    return bytes - ring <= bytes_a_job_max;
}

/// Jobs with the key of their create and that of their cancel; what they replaced is free again.
bool cancel(World& world, std::size_t jobs) {
    const auto disk = empty_directory(world.path);
    const auto store = open_store(*disk, world.clock, world.entropy, world.listener);
    const std::vector<job::Uuid> ids = make_ids(jobs, world.clock, world.ids_entropy);
    {
        JobDriver driver(*store, depth);
        driver.run(Deed::create, make_ids(depth, world.clock, world.ids_entropy));
        const std::uint64_t before = resident_bytes();
        driver.run(Deed::create, ids);
        driver.run(Deed::cancel, ids);
        print_phase("canceled, with two keys", before, resident_bytes(), jobs);
        end_line();
    }
    check(store->close().has_value(), "the store closes");
    return true;
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
    const std::size_t jobs = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
    const std::string directory = count > 2 ? arguments[2] : "build/bench-memory";
    World world(directory);
    const bool made = in_child(world, jobs, fill);
    const bool loaded = in_child(world, jobs, reopen);
    const bool canceled = in_child(world, jobs, cancel);
    std::filesystem::remove_all(directory);
    return made && loaded && canceled ? 0 : 1;
}
