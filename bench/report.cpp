#include "bench/report.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/base/check.hpp"

namespace belay::bench {
namespace {

/// What stands behind `name` and a colon in a file of /proc; "unknown" if nothing does.
std::string field(const char* file, const std::string& name) {
    std::ifstream in(file);
    std::string line;
    while (std::getline(in, line)) {
        const std::size_t colon = line.find(':');
        if (line.starts_with(name) && colon != std::string::npos) {
            const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
            return begin == std::string::npos ? std::string() : line.substr(begin);
        }
    }
    return "unknown";
}

}  // namespace

Spread spread_of(std::vector<double> values) {
    check(!values.empty(), "a spread is of something");
    std::sort(values.begin(), values.end());
    return {values.front(), values[values.size() / 2], values.back()};
}

void print_setting(int count, char** arguments) {
    std::printf("command:");
    for (int at = 0; at < count; ++at) {
        std::printf(" %s", arguments[at]);
    }
    std::ifstream in("/proc/loadavg");
    std::string load;
    in >> load;
    std::printf("\nmachine: %u x %s, load %s\n", std::thread::hardware_concurrency(),
                field("/proc/cpuinfo", "model name").c_str(), load.c_str());
    std::fflush(stdout);
}

std::uint64_t resident_bytes() {
    std::istringstream text(field("/proc/self/status", "RssAnon"));
    std::uint64_t kilobytes = 0;
    text >> kilobytes;
    check(kilobytes != 0, "the system tells how much memory a process has");
    return kilobytes * 1024;
}

}  // namespace belay::bench
