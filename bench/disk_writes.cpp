// How long does one durable write take on this disk, written as belay's log is written?
//
// usage: disk_writes --file PATH --seconds S [--bytes N]
//
// One writer, one write after the other, each durable before the next: into a file of zeros, from
// its begin to its end and round again, opened O_DIRECT|O_DSYNC where the file system allows it,
// else with fdatasync behind each write (design 6). Prints one JSON object.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/load/histogram.hpp"
#include "core/base/check.hpp"

namespace belay::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t file_bytes = 64 * 1024 * 1024;
constexpr std::size_t alignment = 4096;

double processor_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int run(const std::string& path, double seconds, std::size_t bytes) {
    check(bytes % alignment == 0 && bytes > 0 && file_bytes % bytes == 0,
          "whole blocks are written");
    const int zeros = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    check(zeros >= 0, "the file can be made");
    void* const memory = std::aligned_alloc(alignment, bytes);
    check(memory != nullptr, "there is memory");
    std::memset(memory, 0, bytes);
    for (std::size_t at = 0; at < file_bytes; at += bytes) {
        check(::pwrite(zeros, memory, bytes, static_cast<off_t>(at)) == static_cast<ssize_t>(bytes),
              "the disk has room");
    }
    check(::fsync(zeros) == 0 && ::close(zeros) == 0, "the file is on disk");
    int file = ::open(path.c_str(), O_WRONLY | O_DIRECT | O_DSYNC | O_CLOEXEC);
    const bool is_direct = file >= 0;
    if (!is_direct) {
        file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    }
    check(file >= 0, "the file can be opened");
    std::memset(memory, 0x5a, bytes);
    Histogram latency;
    const double spent = processor_seconds();
    const auto begin = Clock::now();
    const auto end =
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    auto now = begin;
    for (std::size_t at = 0; now < end; at = (at + bytes) % file_bytes) {
        const auto written = ::pwrite(file, memory, bytes, static_cast<off_t>(at));
        check(written == static_cast<ssize_t>(bytes) && (is_direct || ::fdatasync(file) == 0),
              "a write is durable");
        const auto after = Clock::now();
        latency.record(after - now);
        now = after;
    }
    const double took = std::chrono::duration<double>(now - begin).count();
    std::printf(
        "{\"direct\":%s,\"bytes\":%zu,\"writes\":%llu,\"per_second\":%.1f,\"cpu_us\":%.2f,%s}\n",
        is_direct ? "true" : "false", bytes, static_cast<unsigned long long>(latency.count()),
        static_cast<double>(latency.count()) / took,
        (processor_seconds() - spent) * 1e6 / static_cast<double>(latency.count()),
        quantiles_as_json(latency).c_str());
    ::close(file);
    ::unlink(path.c_str());
    std::free(memory);
    return 0;
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    std::string path;
    double seconds = 2;
    std::size_t bytes = 4096;
    CLI::App app("How long does one durable write take on this disk?");
    app.add_option("--file", path)->required();
    app.add_option("--seconds", seconds);
    app.add_option("--bytes", bytes);
    CLI11_PARSE(app, count, arguments);
    return belay::bench::run(path, seconds, bytes);
}
