// How fast the machine is at this moment, apart from any server: the time of one load that waits
// for the one before it, from memory that the core has near and from memory that it shares with
// whoever else runs on its processor. Prints one JSON object.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <random>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t line_bytes = 64;

struct alignas(line_bytes) Line {
    const Line* next = nullptr;
};

/// Nanoseconds a load, in a ring of lines in random order that takes so many bytes.
double load_nanoseconds(std::size_t bytes) {
    constexpr std::size_t loads = 2'000'000;
    std::vector<Line> lines(bytes / line_bytes);
    std::vector<std::uint32_t> order(lines.size());
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    for (std::size_t at = 0; at < order.size(); ++at) {
        lines[order[at]].next = &lines[order[(at + 1) % order.size()]];
    }
    const Line* line = lines.data();
    for (std::size_t at = 0; at < lines.size(); ++at) {
        line = line->next;
    }
    const Clock::time_point begin = Clock::now();
    for (std::size_t at = 0; at < loads; ++at) {
        line = line->next;
    }
    const std::chrono::duration<double, std::nano> time = Clock::now() - begin;
    // What was loaded is used, so that it is loaded.
    return line == nullptr ? 0 : time.count() / loads;
}

}  // namespace

int main() {
    std::printf("{\"near_ns\": %.2f, \"far_ns\": %.1f}\n", load_nanoseconds(16 * 1024),
                load_nanoseconds(16 * 1024 * 1024));
    return 0;
}
